import { Stack, type aws_cloudtrail as cloudtrail } from 'aws-cdk-lib';

type Selector = cloudtrail.CfnTrail.EventSelectorProperty;
type AdvancedSelector = cloudtrail.CfnTrail.AdvancedEventSelectorProperty;

/**
 * The services whose management events a trail leaves out; nothing where it does not record all of those of any service.
 * Selectors may be added to it until synthesis.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
 */
export function excludedSources(trail: cloudtrail.Trail): string[] | undefined {
  const { eventSelectors, advancedEventSelectors } = trail.node.defaultChild as cloudtrail.CfnTrail;
  const resolved = Stack.of(trail).resolve({ eventSelectors, advancedEventSelectors });
  const selectors: Selector[] = resolved.eventSelectors ?? [];
  const advanced: AdvancedSelector[] | undefined = resolved.advancedEventSelectors;
  const all = advanced?.map(excludedByAdvanced) ?? (selectors.length > 0 ? selectors.map(excludedBy) : [[]]);
  const [first, ...others] = all.filter((excluded) => excluded !== undefined);
  return first?.filter((source) => others.every((excluded) => excluded.includes(source)));
}

function excludedBy({ includeManagementEvents = true, readWriteType = 'All', excludeManagementEventSources = [] }: Selector): string[] | undefined {
  return includeManagementEvents && readWriteType === 'All' ? excludeManagementEventSources : undefined;
}

function excludedByAdvanced({ fieldSelectors }: AdvancedSelector): string[] | undefined {
  const on = (name: string) => (fieldSelectors as cloudtrail.CfnTrail.AdvancedFieldSelectorProperty[]).find(({ field }) => field === name);
  return on('eventCategory')?.equalTo?.includes('Management') && !on('readOnly') ? on('eventSource')?.notEquals ?? [] : undefined;
}
