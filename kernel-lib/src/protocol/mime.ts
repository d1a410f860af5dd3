/** MIME type of a payload; the major version is part of the name. */
export const MIME_TYPE = 'application/vnd.switchyard.v1+json';

/**
 * MIME type of the word that an output's `image/svg+xml` is a picture of this library's: JupyterLab shows no SVG of a notebook
 * that is not trusted, and the extension draws this one as an image, in which nothing runs.
 */
export const PICTURE_MIME_TYPE = 'application/vnd.switchyard.picture.v1+json';

/** Version that this library writes. */
export const SCHEMA_VERSION = '1.7';

/** A payload is at most this many bytes of JSON. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;

/** One that a panel asked for goes to the panel alone, is saved nowhere, and may be this many. */
export const MAX_DETAILED_BYTES = 2 * 1024 * 1024;
