/** @file Numbers and texts of payloads, with the ranges that the JSON Schema takes from them. */

/** A number that may be undefined at this point (NaN and infinities have no JSON form). */
export type Numeric = number | null;

/**
 * A whole number from 0.
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/**
 * A whole number from 1.
 * @asType integer
 * @minimum 1
 */
export type Positive = number;

/**
 * A whole number that names an entry of a list, -1 where there is none.
 * @asType integer
 * @minimum -1
 */
export type Index = number;

/**
 * A part of a whole.
 * @minimum 0
 * @maximum 1
 */
export type Share = number;

/**
 * A number that is not negative.
 * @minimum 0
 */
export type Magnitude = number;

/**
 * A label, path, title or token; shown as text, never as markup.
 * @maxLength 256
 */
export type Text = string;

/**
 * A text that is not empty.
 * @minLength 1
 * @maxLength 256
 */
export type Name = string;

/**
 * Choices as bytes in base64: T rows of K bytes, the expert's number or 255 where unused. For at most 255 experts; see
 * `choicesOf`.
 * @pattern ^[A-Za-z0-9+/]*={0,2}$
 * @maxLength 65536
 */
export type Packed = string;
