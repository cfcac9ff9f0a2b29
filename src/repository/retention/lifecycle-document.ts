/** A lifecycle policy as ECR stores it; every other form is made from it or read into it. */
export interface LifecycleDocument {
  readonly rules: LifecycleRule[];
}

export interface LifecycleRule {
  readonly rulePriority: number;
  readonly description?: string;
  readonly selection: LifecycleSelection;
  readonly action: { readonly type: 'expire' | 'transition'; readonly targetStorageClass?: 'archive' };
}

export interface LifecycleSelection extends TagRequirement {
  readonly storageClass?: StorageClass;
  readonly countType: CountType;
  readonly countUnit?: 'days';
  readonly countNumber: number;
}

/** Which images a rule is about, as far as their tags go. */
export interface TagRequirement {
  readonly tagStatus: 'tagged' | 'untagged' | 'any';
  readonly tagPatternList?: string[];
  readonly tagPrefixList?: string[];
}

export type StorageClass = 'standard' | 'archive';
export type CountType = 'imageCountMoreThan' | 'sinceImagePushed' | 'sinceImagePulled' | 'sinceImageTransitioned';

/** The storage class whose images a rule selects. */
export function storageClassOf(rule: Pick<LifecycleRule, 'selection'>): StorageClass {
  return rule.selection.storageClass ?? 'standard';
}
