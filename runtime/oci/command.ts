/** What a command of lcow-oci is. */
import type { OciContext } from './context.ts';
import type { OciArguments, OciOption, OperandRules } from './options.ts';

/** @returns its exit status @throws OciFailure, RuntimeError */
export type OciCommandRun = (context: OciContext, input: OciArguments) => Promise<number>;

export interface OciCommand extends OperandRules {
  readonly name: string;
  /** As the usage has them. */
  readonly operands: string;
  readonly about: string;
  readonly options: readonly OciOption[];
  /** Its module, which only this command needs; absent: refused, always. */
  readonly load?: () => Promise<{ readonly run: OciCommandRun }>;
  readonly refused?: string;
}
