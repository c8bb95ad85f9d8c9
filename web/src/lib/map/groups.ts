// Which seats belong to which group (a row, a section, a cell of the grid), as two flat arrays.
// Built once with a counting sort; must never be changed afterwards.

export class Groups {
  /** Members of group g: `items[starts[g] .. starts[g + 1]]`, in ascending order. */
  readonly starts: Uint32Array;
  readonly items: Uint32Array;

  constructor(groupOf: Uint16Array | Uint32Array, count: number) {
    const starts = new Uint32Array(count + 1);
    const items = new Uint32Array(groupOf.length);
    for (let member = 0; member < groupOf.length; member++) {
      const after = (groupOf[member] ?? 0) + 1;
      starts[after] = (starts[after] ?? 0) + 1;
    }
    for (let group = 1; group <= count; group++) {
      starts[group] = (starts[group] ?? 0) + (starts[group - 1] ?? 0);
    }
    const next = starts.slice();
    for (let member = 0; member < groupOf.length; member++) {
      const group = groupOf[member] ?? 0;
      const place = next[group] ?? 0;
      items[place] = member;
      next[group] = place + 1;
    }
    this.starts = starts;
    this.items = items;
  }

  of(group: number): Uint32Array {
    return this.items.subarray(this.starts[group], this.starts[group + 1]);
  }
}
