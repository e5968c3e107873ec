/** What `ComputeSystem.save` takes (schema `SaveOptions`). Types only. */

/** Schema `SaveType`. AsTemplate keeps the system, which may then be cloned and not resumed. */
export type SaveType = 'ToFile' | 'AsTemplate';

/** Schema `SaveOptions`. */
export interface SaveOptions {
  /** Absent is ToFile. */
  SaveType?: SaveType;
  /** Host path of the file to write. Required with ToFile; a template may be kept where the service likes. */
  SaveStateFilePath?: string;
}
