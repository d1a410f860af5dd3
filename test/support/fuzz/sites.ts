/** The places of a payload with what the JSON Schema says of each. */

/** As much of JSON Schema as the payload's has. */
export interface Schema {
  $ref?: string;
  anyOf?: Schema[];
  type?: string;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | false;
  items?: Schema;
  definitions?: Record<string, Schema>;
}

type Holder = Record<string | number, unknown>;

/** One value inside a payload: `holder[key]`. */
export interface Site {
  path: string;
  holder: Holder;
  key: string | number;
  /** What the schema says; empty where it says nothing. */
  schema: Schema;
  nullable: boolean;
  required: boolean;
}

/** Deeper than any payload; what contains itself ends here too. */
const MAX_DEPTH = 20;

/** All places below a value, in the order of the text. */
export function sites(value: unknown, root: Schema): Site[] {
  const found: Site[] = [];
  const visit = (item: unknown, path: string, schema: Schema, depth: number): void => {
    if (typeof item !== 'object' || item === null || depth > MAX_DEPTH) {
      return;
    }
    const holder = item as Holder;
    const keys = Array.isArray(item) ? item.map((_, i) => i) : Object.keys(item);
    for (const key of keys) {
      const declared = Array.isArray(item) ? schema.items : (schema.properties?.[key] ?? extra(schema));
      const { chosen, nullable } = choose(declared ?? {}, holder[key], root);
      const at = typeof key === 'number' ? `${path}[${key}]` : `${path}.${key}`;
      const required = Array.isArray(item) || (schema.required ?? []).includes(String(key));
      found.push({ path: at, holder, key, schema: chosen, nullable, required });
      visit(holder[key], at, chosen, depth + 1);
    }
  };
  visit(value, '$', choose(root, value, root).chosen, 0);
  return found;
}

function extra(schema: Schema): Schema | undefined {
  return schema.additionalProperties === false ? undefined : schema.additionalProperties;
}

/** Follows references and takes the alternative that a value is of. */
function choose(schema: Schema, value: unknown, root: Schema): { chosen: Schema; nullable: boolean } {
  const here = resolve(schema, root);
  if (!here.anyOf) {
    return { chosen: here, nullable: false };
  }
  const options = here.anyOf.map((option) => resolve(option, root));
  const nullable = options.some(({ type }) => type === 'null');
  return { chosen: options.find((option) => fits(option, value, root)) ?? options[0], nullable };
}

/** What a reference leads to: payloads have thousands of places, schemas some dozens. */
const resolved = new WeakMap<Schema, Schema>();

function resolve(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) {
    return schema;
  }
  const known = resolved.get(schema);
  if (known !== undefined) {
    return known;
  }
  const found = root.definitions?.[decodeURIComponent(schema.$ref.replace('#/definitions/', ''))] ?? {};
  const end = resolve(found, root);
  resolved.set(schema, end);
  return end;
}

function fits(schema: Schema, value: unknown, root: Schema): boolean {
  if (Array.isArray(value)) {
    return schema.type === 'array';
  }
  if (typeof value !== 'object' || value === null) {
    return schema.type === (value === null ? 'null' : typeof value);
  }
  const { kind } = schema.properties ?? {};
  return schema.type === 'object' && (kind === undefined || resolve(kind, root).const === (value as Holder).kind);
}
