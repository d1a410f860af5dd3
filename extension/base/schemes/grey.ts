/** @file Greys, for print and for readers who see no colours: only lightness tells, the more ink the more load. */
import { colourScheme, hex } from './colourScheme';

/** Experts in an order that sets neighbours apart: six greys are as many as one tells apart. */
export const grey = colourScheme(
  hex('#1B1B1B #A5A5A5 #494949 #CDCDCD #777777 #F3F3F3'),
  {
    load: [hex('#F7F7F7 #C8C8C8'), hex('#C8C8C8 #6A6A6A #000000')],
    amount: hex('#F0F0F0 #969696 #101010'),
    signed: hex('#000000 #5A5A5A #8C8C8C #AFAFAF #CCCCCC'),
    depth: hex('#949494 #000000'),
    series: hex('#1A1A1A #949494 #404040 #686868')
  },
  {
    load: [hex('#2C2C2E #5E5E5E'), hex('#5E5E5E #A8A8A8 #FFFFFF')],
    amount: hex('#303030 #868686 #F7F7F7'),
    signed: hex('#FFFFFF #B4B4B4 #8C8C8C #707070 #555555'),
    depth: hex('#6E6E6E #FFFFFF'),
    series: hex('#F4F4F4 #6E6E6E #C4C4C4 #979797')
  }
);
