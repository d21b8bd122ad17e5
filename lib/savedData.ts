/** The data volume of a service, and how it can be copied while the service runs. */
export interface SavedData {
  readonly service: string;
  /** Files that it changes in place, by shell patterns. All others it only makes anew, appends to, renames or deletes. */
  readonly rewritten?: readonly string[];
  /** Directories of files of which it appends to the last. */
  readonly appended?: readonly string[];
}
