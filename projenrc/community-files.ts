import { Component, YamlFile, type awscdk } from 'projen';

/** What people who report, ask and contribute find. */
export class CommunityFiles extends Component {
  /** What the title of a pull request, and so a commit of the main branch, may begin with; as in CONTRIBUTING.md. */
  public static readonly COMMIT_TYPES = [
    'feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'build', 'ci', 'chore', 'revert',
  ];

  public static readonly PULL_REQUEST = [
    '## What changes for whom',
    '',
    '## How it was proven',
    '',
    '- [ ] `npm test` passes',
    '- [ ] allowed and denied are both tested, if access changes',
    '- [ ] documentation says it, if behaviour changes',
    '',
  ];

  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const templates = '.github/ISSUE_TEMPLATE';
    new YamlFile(project, `${templates}/bug.yml`, {
      obj: {
        name: 'Bug',
        description: 'Something does not do what its documentation says',
        labels: ['bug'],
        body: [
          area('what', 'What happened, and what should have', 'With the whole error message, if there is one.'),
          area('how', 'The shortest app that shows it', 'Constructs and their properties; no account ids, please.', 'ts'),
          input('versions', 'Versions', 'cdk-secure-ecr, aws-cdk-lib, CDK CLI, language'),
        ],
      },
    });
    new YamlFile(project, `${templates}/feature.yml`, {
      obj: {
        name: 'Need',
        description: 'Something you need to secure a registry and cannot do',
        labels: ['enhancement'],
        body: [
          area('need', 'What you need, and what for', 'The situation rather than the solution.'),
          area('how', 'How you would like to write it', 'As an example of code, if you have an idea.', 'ts'),
        ],
      },
    });
    new YamlFile(project, `${templates}/config.yml`, {
      obj: {
        blank_issues_enabled: false,
        contact_links: [{
          name: 'Vulnerability',
          url: 'https://github.com/cdk-secure-ecr/cdk-secure-ecr/security/advisories/new',
          about: 'Please report in private; see SECURITY.md',
        }],
      },
    });
  }
}

function area(id: string, label: string, description: string, render?: string): object {
  return { type: 'textarea', id, attributes: { label, description, render }, validations: { required: true } };
}

function input(id: string, label: string, description: string): object {
  return { type: 'input', id, attributes: { label, description }, validations: { required: true } };
}
