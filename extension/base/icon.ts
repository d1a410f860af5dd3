/** @file The switchyard icon: one track that branches into three. */
import { LabIcon } from '@jupyterlab/ui-components';

export const switchyardIcon = new LabIcon({
  name: 'switchyard:routing',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161">
    <path d="M2 7.3h3.2c1.6 0 2.3-1 3-2.2C9 3.8 9.900 2.300 12 2.300v1.400c-1.300 0-1.900 1-2.600 2.200-.3.500-.6 1-1 1.400H12v1.400H8.400c.4.400.7.900 1 1.400.7 1.200 1.300 2.200 2.600 2.200v1.400c-2.100 0-3-1.500-3.800-2.800-.7-1.200-1.400-2.200-3-2.200H2z"/>
    <circle cx="13.200" cy="3" r="1.500"/>
    <circle cx="13.200" cy="8" r="1.500"/>
    <circle cx="13.200" cy="13" r="1.500"/>
  </g>
</svg>`
});
