import { App, Stack, aws_ecr as ecr } from 'aws-cdk-lib';
import { ABOUT_IMAGES, type BusEvent, OF_NO_CONCERN, ORIGINS } from './sample-events';
import { ImageScanner, InspectorGate, type InspectorGateProps } from '../../../src';
import { DeployedStack } from '../../support/deployed-stack';

/** Patterns of rules, by what the rules are called. */
export type Patterns = Record<string, object>;

/** The patterns of the rules of a gate, as they are deployed. */
export function patternsOf(stack: Stack, values?: Record<string, string>): Patterns {
  const rules = new DeployedStack(stack, values).properties('AWS::Events::Rule').filter(({ EventPattern }) => EventPattern);
  return Object.fromEntries(rules.map(({ Name, EventPattern }) => [Name.split('-').pop(), EventPattern]));
}

/** Those of a gate of one repository and two patterns, or of everything. */
export function patternsOfGate(scanner: ImageScanner, everything = false): Patterns {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  const some: InspectorGateProps = {
    repositories: [ecr.Repository.fromRepositoryName(stack, 'Web', 'shop/web')], repositoryNames: ['team/*', 'part/s*', 'a*c'],
  };
  new InspectorGate(stack, 'Gate', { scanner, ...everything ? {} : some });
  return patternsOf(stack);
}

const WATCHED: Array<keyof typeof ORIGINS> = ['the repository itself', 'one that * stands for', 'one deeper that * stands for', 'one around *'];
const ELSEWHERE: Array<keyof typeof ORIGINS> = ['one of another account', 'one of another Region'];

const RULE: Record<string, string> = {
  pushed: 'Images',
  deleted: 'Images',
  archived: 'Images',
  restored: 'Images',
  basicScan: 'Images',
  putImage: 'Pushers',
  inspectorScan: 'Scans',
  finding: 'Findings',
  coverage: 'Findings',
};
/** What is told by Amazon Inspector, and what by basic scanning. */
const ONLY: Partial<Record<string, ImageScanner>> = {
  inspectorScan: ImageScanner.INSPECTOR, finding: ImageScanner.INSPECTOR, coverage: ImageScanner.INSPECTOR, basicScan: ImageScanner.ECR_BASIC,
};

/** What it is, an event, and the rules that are to hear it. */
type Case = [string, BusEvent, string[]];

/** Events, each for one rule at most. */
export function cases(scanner: ImageScanner, everything = false): Case[] {
  const about = Object.entries(ORIGINS).flatMap(([where, origin]) => Object.entries(ABOUT_IMAGES).map(([what, make]): Case => {
    const isWatched = everything ? !ELSEWHERE.some((each) => each === where) : WATCHED.some((each) => each === where);
    const isHeard = isWatched && (ONLY[what] ?? scanner) === scanner;
    return [`${what}: ${where}`, make(origin), isHeard ? [RULE[what]] : []];
  }));
  return [...about, ...Object.entries(OF_NO_CONCERN).map(([what, event]): Case => [what, event, []])];
}
