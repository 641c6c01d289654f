/** A change that may share a statement with others of its kind. */
export interface GroupMember<Change, Result> {
  readonly change: Change;
  /** What no two changes of one statement may share: a row, a key, a counter. */
  readonly exclusive: readonly string[];
  /** Makes the change in a statement of its own. */
  readonly alone: () => Promise<Result>;
  /**
   * Makes several changes in one statement. A change whose result is `undefined` was not made, and is made alone.
   * If it rejects with anything but an outage, none was made.
   */
  readonly together: (changes: readonly Change[]) => Promise<readonly (Result | undefined)[]>;
}

/**
 * Puts changes together that arrive while another one of their kind is under way. The first one never waits: where
 * nothing is under way, a change is made at once and alone.
 */
export interface Groups {
  submit<Change, Result>(kind: string, member: GroupMember<Change, Result>): Promise<Result>;
}

/** Changes in one statement. */
const most = 64;
/** Milliseconds after which the next group does not wait any longer for the one before. */
const patienceMs = 20;

interface Waiting {
  readonly member: GroupMember<unknown, unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Queue {
  underWay: number;
  readonly waiting: Waiting[];
}

/** `isFinal`: whether an error of a group is the answer to each of its changes, because what became of them is not known. */
export function openGroups(isFinal: (error: unknown) => boolean): Groups {
  const queues = new Map<string, Queue>();

  function startNext(kind: string, queue: Queue): void {
    if (queue.underWay > 0) return;
    if (queue.waiting.length === 0) queues.delete(kind);
    else start(kind, queue, takeGroup(queue.waiting));
  }

  function start(kind: string, queue: Queue, group: readonly Waiting[]): void {
    queue.underWay += 1;
    let isUnderWay = true;
    const end = () => {
      if (!isUnderWay) return;
      isUnderWay = false;
      clearTimeout(timer);
      queue.underWay -= 1;
      startNext(kind, queue);
    };
    const timer = setTimeout(end, patienceMs);
    void (group.length === 1 ? settle(group) : settleTogether(group, isFinal)).finally(end);
  }

  return {
    submit: <Change, Result>(kind: string, member: GroupMember<Change, Result>) =>
      new Promise<Result>((resolve, reject) => {
        const queue = queues.get(kind) ?? { underWay: 0, waiting: [] };
        queues.set(kind, queue);
        queue.waiting.push({ member, resolve, reject } as Waiting);
        startNext(kind, queue);
      }),
  };
}

/** Takes the oldest that exclude none of those before them. The others keep their order. */
function takeGroup(waiting: Waiting[]): readonly Waiting[] {
  const taken = new Set<string>();
  const group: Waiting[] = [];
  const later: Waiting[] = [];
  for (const one of waiting.splice(0)) {
    const { exclusive } = one.member;
    if (group.length === most || exclusive.some((key) => taken.has(key))) later.push(one);
    else group.push(one);
    for (const key of exclusive) taken.add(key);
  }
  waiting.push(...later);
  return group;
}

const settle = (group: readonly Waiting[]): Promise<unknown> =>
  Promise.all(group.map(({ member, resolve, reject }) => member.alone().then(resolve, reject)));

async function settleTogether(
  group: readonly Waiting[],
  isFinal: (error: unknown) => boolean,
): Promise<void> {
  const [first] = group;
  if (!first) return;
  let results: readonly unknown[] = [];
  try {
    results = await first.member.together(group.map(({ member }) => member.change));
  } catch (error) {
    if (isFinal(error)) {
      for (const { reject } of group) reject(error);
      return;
    }
  }
  const left = group.filter(({ resolve }, index) => {
    if (results[index] === undefined) return true;
    resolve(results[index]);
    return false;
  });
  // Not awaited: one that waits for a lock must not hold those that come after.
  void settle(left);
}
