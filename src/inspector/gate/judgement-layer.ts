import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { fingerprintOf } from '../documents/fingerprint';
import { FindingException } from '../finding-exception';
import type { FindingPolicy } from '../finding-policy';

/** What the layer is to whoever requires it. */
const MODULE = 'gate-judgement';

/** Policy and exceptions, for the function that judges by them: they may be longer than the 4 KB of an environment. */
export class JudgementLayer extends Construct {
  /** For the environment of the function. */
  public readonly environment: Record<string, string>;
  /** Another one for any other policy and exceptions. */
  public readonly fingerprint: string;
  private readonly layer: lambda.LayerVersion;

  constructor(scope: Construct, id: string, policy: FindingPolicy, exceptions: FindingException[]) {
    super(scope, id);
    const text = JSON.stringify({ policy: policy._render(), exceptions: FindingException._render(exceptions).exceptions });
    this.fingerprint = fingerprintOf(text);
    this.environment = { JUDGEMENT: MODULE, FINGERPRINT: this.fingerprint };
    this.layer = new lambda.LayerVersion(this, 'Layer', {
      description: `The policy ${policy._render().name} and ${exceptions.length} exceptions, for an InspectorGate`,
      code: lambda.Code.fromAsset(this.write(text)),
    });
  }

  public addTo(handler: lambda.Function): void {
    handler.addLayers(this.layer);
  }

  /** Beside the other files of the app: its folder goes with it. */
  private write(text: string): string {
    const folder = join(Stage.of(this)!.assetOutdir, `${MODULE}-${this.fingerprint}`);
    const inLayer = join(folder, 'nodejs', 'node_modules', MODULE);
    mkdirSync(inLayer, { recursive: true });
    writeFileSync(join(inLayer, 'index.json'), text);
    return folder;
  }
}
