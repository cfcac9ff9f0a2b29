/** What could not be read, and what to do about it. Nothing is judged then: an answer that is missing is not a clean one. */
export class ReadError extends Error {
  constructor(readonly operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options);
    this.name = 'ReadError';
  }
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Says what to do, where the service only says that it will not. */
export function explained(operation: string, error: unknown): Error {
  const service = error as Error & { readonly $metadata?: object; readonly code?: unknown };
  // What the service or the network says has one of them; whatever else goes wrong says itself what it is.
  if (service.name === 'AbortError' || (service.$metadata === undefined && service.code === undefined)) return service;
  return new ReadError(operation, `${service.message}${hint(operation, service.name)}`, { cause: error });
}

function hint(operation: string, name: string): string {
  switch (name) {
    case 'AccessDeniedException':
      return `. Allow ${IAM[operation] ?? operation}; where Amazon Inspector is turned off, it answers the same`;
    case 'RepositoryNotFoundException':
      return '. Look at the account and the Region of the image';
    case 'ThrottlingException':
    case 'TooManyRequestsException':
      return '. It was tried again with growing pauses: judge fewer images at a time';
    default:
      return '';
  }
}

const IAM: Record<string, string> = {
  BatchGetImage: 'ecr:BatchGetImage',
  DescribeImageScanFindings: 'ecr:DescribeImageScanFindings',
  DescribeImages: 'ecr:DescribeImages',
  ListCoverage: 'inspector2:ListCoverage',
  ListFindings: 'inspector2:ListFindings',
  BatchGetFindingDetails: 'inspector2:BatchGetFindingDetails',
  GetClustersForImage: 'inspector2:GetClustersForImage',
};
