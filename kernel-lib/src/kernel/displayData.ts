import type { Content } from './wire/message';

/** A MIME bundle on its way to a cell. */
export interface DisplayData {
  data: Content;
  metadata?: Content;
  transient?: { display_id?: string };
}
