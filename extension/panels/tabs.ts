/** @file The pictures of a panel, tab by tab, as the kinds of payload name them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { KINDS } from '../kinds';
import type { IKindPicture, IKindTab } from '../kinds/kind';
import type { IFigurePictureOptions } from './figurePicture';
import { FigurePicture } from './figurePicture';
import type { IGraphPictureOptions } from './graphPicture';
import { GraphPicture } from './graphPicture';
import { PassagePicture } from './passagePicture';
import type { IPicture } from './picture';
import { TokenPicture } from './tokenPicture';

export interface ITab {
  id: string;
  label: string;
  /** Kinds of payload that have something for this tab. */
  kinds: readonly Payload['kind'][];
  /** Kinds whose layers and experts it does not show. */
  whole: readonly Payload['kind'][];
  create: () => IPicture[];
}

/** The tab of one kind. */
interface IOwnTab extends IKindTab {
  kind: Payload['kind'];
}

export function createTabs(trans: TranslationBundle): ITab[] {
  const own = Object.entries(KINDS).flatMap(([kind, { tabs }]) =>
    (tabs(trans) as IKindTab[]).map((tab) => ({ ...tab, kind: kind as Payload['kind'] }))
  );
  const ids = [...new Set(own.map(({ id }) => id))];
  return ids.map((id) =>
    shared(
      own.filter((tab) => tab.id === id),
      trans
    )
  );
}

/** One tab of all kinds that name it; they share the pictures that they name alike. */
function shared(tabs: readonly IOwnTab[], trans: TranslationBundle): ITab {
  const [{ id, label }] = tabs;
  const names = [...new Set(tabs.flatMap(({ pictures }) => pictures.map((picture) => picture.id)))];
  const named = (name: string): Map<string, IKindPicture> =>
    new Map(
      tabs.flatMap(({ kind, pictures }) => pictures.filter((each) => each.id === name).map((each) => [kind, each]))
    );
  return {
    id,
    label,
    kinds: tabs.map(({ kind }) => kind),
    whole: tabs.filter(({ whole }) => whole).map(({ kind }) => kind),
    create: () => names.map((name) => create(named(name), trans))
  };
}

/** The widget of a picture that these kinds draw. */
function create(pictures: ReadonlyMap<string, IKindPicture>, trans: TranslationBundle): IPicture {
  const [first] = pictures.values();
  const { id, title } = first;
  const own = ({ kind }: Payload): IKindPicture | undefined => pictures.get(kind);
  if (first.chart !== undefined) {
    const { openNumbers } = first;
    const chart: IFigurePictureOptions['chart'] = (payload, context) => own(payload)?.chart?.(payload, context) ?? null;
    return new FigurePicture({ id, title, trans, openNumbers, chart });
  }
  if (first.graph !== undefined) {
    const graph: IGraphPictureOptions['graph'] = (payload, context) => own(payload)?.graph?.(payload, context) ?? null;
    return new GraphPicture({ id, title, trans, graph });
  }
  return first.strip !== undefined
    ? new TokenPicture({
        ...{ id, title, trans },
        strip: (payload, context) => own(payload)?.strip?.(payload, context) ?? null
      })
    : new PassagePicture({
        ...{ id, title, trans },
        passages: (payload, context) => own(payload)?.passages?.(payload, context) ?? null
      });
}
