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
   * Tells the actions of a gate apart: letters, digits and dashes. It is part of the names of what the action makes, so it has
   * to stay: with another one, all of that is replaced.
   */
  readonly id: string;

  /**
   * Called once for each gate that the action is given to.
   *
   * @param scope where the action makes what it needs, whose id is that of the action
   */
  bind(scope: Construct, gate: InspectorGate): void;
}
