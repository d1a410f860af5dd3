/** @file Paul Tol's colours (Colour Schemes, SRON/EPS/TN/09-002; https://sronpersonalpages.nl/~pault/). */
import { colourScheme, hex } from './colourScheme';

/** Experts are his "bright", loads "sunset", amounts and layers "YlOrBr", signed amounts "PRGn", lines "bright" and "muted", on dark ground "light". */
export const tol = colourScheme(
  hex('#4477AA #EE6677 #228833 #CCBB44 #66CCEE #AA3377 #BBBBBB'),
  {
    load: [hex('#364B9A #6EA6CD #C2E4EF #EAECCC'), hex('#EAECCC #FDB366 #DD3D2D #A50026')],
    amount: hex('#FFF7BC #FEC44F #EC7014 #662506'),
    signed: hex('#762A83 #9970AB #AFAFB4 #5AAE61 #1B7837'),
    depth: hex('#EC7014 #CC4C02 #993404 #662506'),
    series: hex('#4477AA #EE6677 #228833 #AA3377 #332288 #882255 #777777')
  },
  {
    load: [hex('#C2E4EF #6EA6CD #364B9A #2C2C2E'), hex('#2C2C2E #A50026 #F67E4B #FEDA8B')],
    amount: hex('#3A2A22 #993404 #FB9A29 #FFF7BC'),
    signed: hex('#C2A5CF #9970AB #69696E #5AAE61 #ACD39E'),
    depth: hex('#FFF7BC #FEC44F #EC7014 #CC4C02'),
    series: hex('#77AADD #EE8866 #44BB99 #FFAABB #EEDD88 #99DDFF #DDDDDD')
  }
);
