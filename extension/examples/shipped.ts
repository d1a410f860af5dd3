/** @file The notebooks that come with the extension, read from where the server has it. */
import { ServerConnection } from '@jupyterlab/services';
import { shippedUrl } from '../base/shippedUrl';

/** A notebook that comes with the extension. */
export interface IExample {
  /** Name of its file. */
  file: string;
  /** Heading that it begins with. */
  title: string;
}

/** All of them, the first to be read first. */
export async function listExamples(settings: ServerConnection.ISettings): Promise<IExample[]> {
  return (await read('index.json', settings)) as IExample[];
}

/** Content of one, as it was saved. */
export function readExample({ file }: IExample, settings: ServerConnection.ISettings): Promise<unknown> {
  return read(file, settings);
}

async function read(file: string, settings: ServerConnection.ISettings): Promise<unknown> {
  const url = new URL(shippedUrl('examples', encodeURIComponent(file)), settings.baseUrl).href;
  const response = await ServerConnection.makeRequest(url, {}, settings);
  if (!response.ok) {
    throw new ServerConnection.ResponseError(response);
  }
  return response.json();
}
