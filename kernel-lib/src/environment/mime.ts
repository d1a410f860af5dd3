/** Media type of an environment record in a notebook's output. */
export const ENVIRONMENT_MIME_TYPE = 'application/vnd.switchyard.environment.v1+json';
