import type { Construct } from 'constructs';
import type { InspectorGate } from './inspector-gate';

/**
 * What a gate does about its verdicts, beside recording and announcing them: it tells people of them (`NotifyAction`).
 *
 * An action of your own reacts to the events of the gate, by `gate.onEvent` and the like; behind a queue, if nothing may be
 * lost.
 */
export interface IGateAction {
  /**
   * Called once for each gate that the action is given to.
   *
   * @param scope where the action makes what it needs
   */
  bind(scope: Construct, gate: InspectorGate): void;
}
