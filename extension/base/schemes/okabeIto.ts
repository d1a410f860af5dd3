/** @file Okabe and Ito's colours (https://jfly.uni-koeln.de/color/), and loads from blue to orange. */
import { colourScheme, hex } from './colourScheme';

/** Their eight, black replaced by grey. Loads and signed amounts have the ends of ColorBrewer's RdBu and PuOr; layers cividis' middle. */
export const okabeIto = colourScheme(
  hex('#E69F00 #56B4E9 #009E73 #F0E442 #0072B2 #D55E00 #CC79A7 #666666'),
  {
    load: [hex('#2166AC #92C5DE #F6F6F6'), hex('#F6F6F6 #FDB863 #B35806 #662C02')],
    amount: hex('#E9ECF1 #80AED8 #10448A'),
    signed: hex('#B35806 #F1A340 #AFAFB4 #998EC3 #542788'),
    depth: hex('#003F82 #576D7A #AD8C28 #C46500'),
    series: hex('#0072B2 #D55E00 #008C64 #BE5F96 #BE8200 #3C96D2 #6E6E6E')
  },
  {
    load: [hex('#78BEFF #2A6296 #2C2C2E'), hex('#2C2C2E #B26014 #FDAE50 #FFECBE')],
    amount: hex('#32353C #3674B0 #B2DCFF'),
    signed: hex('#FFBE69 #C47A24 #69696E #8073BE #C4B8FF'),
    depth: hex('#5CA0FF #78BABE #C8BA5A #FFAA46'),
    series: hex('#56B4E9 #FF8C3C #3CC89B #E196C3 #F0B93C #78A0FF #AAAAAA')
  }
);
