import { Component, SampleFile, type awscdk } from 'projen';
export class CommunityFiles extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    void SampleFile;
  }
}
