// @vitest-environment jsdom
// The same test, with the slow tier's number of payloads.
import './fuzz.test';
