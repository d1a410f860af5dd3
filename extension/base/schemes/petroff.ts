/** @file Petroff's colours (Accessible Color Sequences for Data Visualization, arXiv:2107.02270), and loads from green to purple. */
import { colourScheme, hex } from './colourScheme';

/** His eight; loads are ColorBrewer's PRGn turned round, amounts its BuPu, signed amounts its BrBG (https://colorbrewer2.org); layers are viridis. */
export const petroff = colourScheme(
  hex('#1845FB #FF5E02 #C91F16 #C849A9 #ADAD7D #86C8DD #578DFF #656364'),
  {
    load: [hex('#1B7837 #A6DBA0 #F7F7F7'), hex('#F7F7F7 #C2A5CF #762A83 #40004B')],
    amount: hex('#EDF4F8 #9EBCDA #88419D #4D004B'),
    signed: hex('#8C510A #BF812D #AFAFB4 #35978F #01665E'),
    depth: hex('#440154 #3B528B #21918C'),
    series: hex('#1845FB #FF5E02 #C91F16 #C849A9 #656364 #578DFF')
  },
  {
    load: [hex('#A6DBA0 #1B7837 #2C2C2E'), hex('#2C2C2E #762A83 #C2A5CF #F3E6F8')],
    amount: hex('#3A2A45 #88419D #9EBCDA #EDF4F8'),
    signed: hex('#DFC27D #BF812D #69696E #35978F #80CDC1'),
    depth: hex('#21918C #5EC962 #FDE725'),
    series: hex('#578DFF #FF5E02 #86C8DD #C849A9 #ADAD7D #AAAAAA')
  }
);
