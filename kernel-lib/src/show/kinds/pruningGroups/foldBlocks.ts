/** A module that carries axes, on the way to a picture. */
export interface CarryingModule {
  /** Names of its path. */
  names: string[];
  /** Groups of the axes that it carries, and its parameters that do. */
  carries: { group: string; parameters: string }[];
  repeats: number;
}

/** A group, on the way to a picture. */
export interface FoldedGroup {
  name: string;
  /** Its kind, its size and what pins it: those of groups that are alike are equal. */
  signature: string;
  repeats: number;
}

/** Modules and groups by name, in order. */
export interface Carried {
  modules: CarryingModule[];
  groups: Map<string, FoldedGroup>;
}

/**
 * Folds neighbouring blocks of a list that are alike into one: "layers.0" to "layers.29" become "layers.0–29". Blocks are alike where their modules
 * carry the same, in the same order: groups of their own that are alike, and the same groups of the model. The innermost lists come first.
 */
export function foldBlocks(carried: Carried): Carried {
  const lists = new Set(carried.modules.flatMap(({ names }) => listsOf(names)));
  const depth = (list: string): number => list.split('.').length;
  return [...lists].sort((a, b) => depth(b) - depth(a)).reduce(foldList, carried);
}

/** Paths of the lists that a module is in: what stands before a number. */
function listsOf(names: readonly string[]): string[] {
  return names.flatMap((name, i) => (/^\d+$/.test(name) ? [names.slice(0, i).join('.')] : []));
}

function foldList({ modules, groups }: Carried, list: string): Carried {
  const depth = list === '' ? 0 : list.split('.').length;
  const numberOf = ({ names }: CarryingModule): string | null =>
    names.slice(0, depth).join('.') === list && /^\d+$/.test(names[depth] ?? '') ? names[depth] : null;
  const blocks = new Map<string, CarryingModule[]>();
  modules.forEach((module) => {
    const number = numberOf(module);
    if (number !== null) {
      blocks.set(number, [...(blocks.get(number) ?? []), module]);
    }
  });
  const holders = new Map<string, Set<string | null>>();
  modules.forEach((module) =>
    module.carries.forEach(({ group }) => holders.set(group, (holders.get(group) ?? new Set()).add(numberOf(module))))
  );
  const isOwn = (group: string): boolean => holders.get(group)!.size === 1;
  const runs: { numbers: string[]; signature: string }[] = [];
  for (const [number, own] of blocks) {
    const signature = signatureOf(own, depth, { groups, isOwn });
    const last = runs.at(-1);
    const next = last !== undefined && Number(number) === Number(last.numbers.at(-1)) + 1;
    if (next && last.signature === signature) {
      last.numbers.push(number);
    } else {
      runs.push({ numbers: [number], signature });
    }
  }
  return runs.reduce((all, { numbers }) => (numbers.length > 1 ? foldRun(all, blocks, { numbers, depth, isOwn }) : all), { modules, groups }); // prettier-ignore
}

function signatureOf(
  block: readonly CarryingModule[],
  depth: number,
  { groups, isOwn }: { groups: Carried['groups']; isOwn: (group: string) => boolean }
): string {
  const order = [...new Set(block.flatMap(({ carries }) => carries.map(({ group }) => group)))].filter(isOwn);
  const token = (group: string): string =>
    isOwn(group) ? `${order.indexOf(group)} ${groups.get(group)!.signature}` : group;
  return JSON.stringify(
    block.map(({ names, carries, repeats }) => [
      names.slice(depth + 1),
      repeats,
      carries.map(({ group, parameters }) => [token(group), parameters])
    ])
  );
}

/** The first block of a run stands for all. */
function foldRun(
  { modules, groups }: Carried,
  blocks: ReadonlyMap<string, CarryingModule[]>,
  { numbers, depth, isOwn }: { numbers: readonly string[]; depth: number; isOwn: (group: string) => boolean }
): Carried {
  const [first, last] = [numbers[0], numbers.at(-1)!];
  const stays = new Set(blocks.get(first));
  const goes = new Set(numbers.slice(1).flatMap((number) => blocks.get(number)!));
  const own = new Set([...stays].flatMap(({ carries }) => carries.map(({ group }) => group)).filter(isOwn));
  const gone = new Set([...goes].flatMap(({ carries }) => carries.map(({ group }) => group)).filter(isOwn));
  const renamed = (names: readonly string[]): string[] =>
    names.map((name, i) => (i === depth && name === first ? `${first}–${last}` : name));
  const prefix = [...stays][0].names.slice(0, depth);
  const within = (name: string): boolean => [...prefix, first, ''].join('.') === name.slice(0, [...prefix, first, ''].join('.').length); // prettier-ignore
  return {
    modules: modules.flatMap(
      (module) =>
      goes.has(module)
        ? []
        : [stays.has(module) ? { ...module, names: renamed(module.names), repeats: module.repeats * numbers.length } : module] // prettier-ignore
    ),
    groups: new Map(
      [...groups].flatMap(([key, group]): [string, FoldedGroup][] => {
        if (gone.has(key)) {
          return [];
        }
        const name = within(group.name) ? renamed(group.name.split('.')).join('.') : group.name;
        return [[key, own.has(key) ? { ...group, name, repeats: group.repeats * numbers.length } : group]];
      })
    )
  };
}
