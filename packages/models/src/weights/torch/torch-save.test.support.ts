import { gunzipSync } from 'node:zlib';

/*
 * Files that PyTorch 2.15 wrote (torch.save), gzipped: `range(-2, 4)` in ten element types (True, False, True in bool), `base` = arange(24) / 7 as
 * [2, 3, 4], `transposed` = base.permute(2, 0, 1), `sliced` = base[:, 1:, ::2], `scalar` = 3.5, `empty` [0, 4],
 * `expanded` = [[1], [2]].expand(2, 3), `parameter` = Parameter(ones(2)), `__proto__` = ones(1), `größe.重み` = zeros(1).
 */

const fileOf = (base64: string): Uint8Array => new Uint8Array(gunzipSync(Buffer.from(base64, 'base64')));

/** A state dict under `state_dict`, names under `module.`, beside plain values; protocol 2. */
export const zipLayout: Uint8Array = fileOf(
  'H4sIAAAAAAACA6WYW3AT1xnHV5IRsjC+hcSGUFKIaUUBobulQJCqgIi6uZglSVVykdfS2hJZafWtjrikpXVKbEMobeKkQJM0tyZp' +
    'kqaXmUzgpTMhw2SmfWknnfbJncl08sRDp+lDZ9pph/ScPStpz5GNQVrGPvKi/+//nct+3yeNiY4uQXC5hJarXxgUjuhypaLkd+Rl' +
    'JHsrj6upZK9wkLmm7cdB8GRWYIFS0XIFsImOjB3/pepg3xcfm7j3T/98538Z7CGU5ZICjowNvzwKXfSWVlZgxX2GfFKVp6rgfBRW' +
    'ek6KNtH+dHc9ksQcuJSMG7+qIhkp2Xwxh6D7OLg9xs2Slq+pincyEoJVOaTpuYI3W0NFterO6spErajms0gpVzU9ezjghh6PJ7PS' +
    'QGm6PKXAaipx79FqE6pygN51Q68Rpw/6Mg485io16BedCAb2i4LonIFB0TYDN53K5TRVVXKoqJWr7vv1vKIr+T04Ojes2SLBzQhu' +
    'kWCICTIYgOECjqFQ902pmowatmsNWz+sKxh2t5p264ndl04VCHUDgtsk+DJD9UdgI0O9W1YnG9BNBjQAt1PoiAndTKBfodCvIvBI' +
    'sCWzqgmdINSvMdSkEaw/0iBvNchB2EbJ202yl5B3ULIPgV+CgDXcIt6pIAO+RytPNaAhAxqCMIVGTOgogUYpNIbgDgl2MlC8srsY' +
    'aLrcXNc7DWYYdlNm3GQmCPPrlJlEcJcEexgmXoG9DPNAQdOb1JRBjcA+Sr3bpKYJ9RuUKiK4R4J7M90WahTuY6B3FWS9wbzfYI7C' +
    'GGXuN5kSYR6gzAcQPCjBQ1ZmLQrfZLfqGGoe5ozBjMK3KPOgyXyYMB+hzEcRPCZBljkAmqbCOEvFtxpU2aDGYAJTHQhyhOqYgTyh' +
    'KpQ6iWBKggJDlasKFCm1sNZIFX4fHMKMYQSPE4ZddIhdc6CKPWKXaJuDEmWVEWgSVDIDTRbS5XK1olWVPECdWDBROkF1EdgcVHE+' +
    '6SFMRFE1BIclOJJZ3URV1WIOY47ymGP7DQj+NwdPGBHhF9+mmO8gOC7BdxlMTlZlHb7Hzs8P05hmQ/AkDmrLFqr+PoITEjyV6Wmq' +
    'lVIFHYMZVhyAWSwWEMyRGeE5zcJJsjCzcIqCnkZwWoIfZPosoKMVuZzH8znDsoLwQ8yyI/iRudCz8AxeG2EWnqWseQTPSfB8pr/J' +
    'qsg6TtxI0eHHS2TXxjvccJb1C8E56nfe8JuBn5DD8QL1ehHBSxL89KTxx8tz8IoEr1qNs9mKriEtm4XXWGoYXqfL+TNCxcA3yK83' +
    'KfUtBD+X4O3MzU3QlH75wuVXFO+VuTOfPfkhvMPSIvAupf3CpL1Hfv2S0n6F4NcS/KZW846JK11/fLfnd1ecgkB+xpYsnEOWwumd' +
    '1PSSjLKHFb2Ki0Rr/fQT7sV//PUEeZbIz9LcdcJok2uWr6ysFqfKJaWMUskgh76uKxIiAcSPwBWyGPZrBjAgxBsBTOD8opGCl0ru' +
    'bMe3fqlFhFSFxDBz52dr8boKzmvG0CvsZrqSHb5U8o4OAjCxl+jw+Yes2+fxegtCB1eCRPpR+j9bfaQ7WCbSNWyk/lSyX1jEH3tP' +
    'm77TceqVMHzOffHpvmF8Y3gZn22sTyCV9Fz3imD332LILuyaJJ6ljR/8m2SknmU8o6xnMJUMtbULwiUydzzvBJ3zyQcOjrfhH2rX' +
    '/+oX7FV3sJmj3Rwd5khidCQ//qCN/Q8vtv9XLb42089h+jy07uO9bex/5Eb2/6rhbcO+DsPz+H83edtY/9H211+w2R3EOb3v8tU2' +
    'nv9oZ89/x/6xzvxtgo2Yv3/iqVOOxtYvZd6Hn1I2peDst6uT9Gvkv83pwd2b0/O7L5YW8DgYLy9E4hdLD8fJc4nvx9Pzb+B7F+Lz' +
    'I7/H9xfiCxf+buSp+ZHuBH5/4mLp1kR6fiSxcGF7AmuN/DU/ksb/JxnP9NjpS75xLBhfZnK3c5PDCfM2Ydn4xw2Prf9SAuQTZVfD' +
    'Q1jUI855BDqsX9eaz02cF06SfUJL/DTnkzkcfjPudZmBX4u7k+Pi5DcqtL3/08Y+E/9n9jv/0o5/uEN/4n3o0Gvvsfvnuq79i3S4' +
    'f/Wcvv7TPRtvzL/R0nXkH3QT909ennpw+f5rgxBoNoDG9KuKXsQd4BMy+QYiW8ynkt4bDMYXjvkisVFfLBIM+wLRcMAfjfqCkZDP' +
    'F4pFY6FILBj0Rf3hIIky8Le33vfgODxGlDajNNbjtLbG/S2R898j8WprAzzEKGMrhaWaaR5ibWLXMZBnrZCWzpnnWBvRAYYz6BJa' +
    'G2Bebu0Oexn5WZfA9a681trxsdpEN6f181pr58Zq3+a1AV5r7bpY7Xo3pw3yWms3xGpf4rUhXmvtcLj5ruK0YV5r7VS4+fLaCK+1' +
    '1npuvj2cdvT6tWd5bZTXWss8q71lNaeN8VprFe1jtM/xWn/LwbKWR1Zc6eXFjZO1eAW1Xn9uEbccLWtRY8WJPl7ccrasFYkVn28R' +
    'txwua0lhxcP9vLjldFnrASt+vkXccrys6ZwVrxkQ+ALCi61ZdgMjnreIF8//Y6LTua1eLRzbLV9JsOPZFXSMDtY/1TjJd+LCH4aa' +
    'n37GxBVOqhky3k/f+3/hcHKnMBgAAA==',
);

/** The same tensors, with `_use_new_zipfile_serialization=False`. */
export const legacyLayout: Uint8Array = fileOf(
  'H4sIAAAAAAACA33V2XcTVRgA8MnStA1QSt1AXFCLtio1yySZKDZjqZU4rIPLKGKYJkMTnGbyTW6QomhQ2xQUl7grigsqf0H74jn1' +
    'HJ78G/roEw+ew6vneMTvzr1NMmVK2jOZ3OX33W2+qfvPhc1/L0z8s+345QNbRur+vVcDeD0NwpDWLwhCxbaIlbfM3AnDrpasMviw' +
    'gbYBa8wSIaaRM8qFkl4G/7wWxkIyUzFy1dIpowqB0xAc0rqwsFq0bAJdil8L4K9SmUBICWpBaljlKehWgrUaxsxjGNPIE4xSDe+3' +
    'C4ZtFMZLeRIGYVgF35DT+1hSBH+eWHa+OJKrkZJZDedsY7JWMgs5YpSrlp07EQtDYGhI66ahsaU+ZUCQdQmPW7VJ0zjESsPQpfVh' +
    'o7SYkKJSKhoXo4mICCEnUL5Sw5GF9hHoOagISmgWehXfLITPFulo1hFYr8IGNqR4DPqKGLG4EmXCtHTSCrLRFSSSSkckCfqLDN/E' +
    '8QGK38LwWwncpsLtDI8m4Q4Xvls3j7XszS47KsVTMQm2cPtObm+l9l3MvpvAPSrc66z+JMW3ufAxZ+jRZCvAfe4ViosRKQL38wAP' +
    '8ACDNMB2FuBBAg+pwDarhJs17PL34Ia37IdX2YkYruQj3H6U2zuoPcLsxwhEVIgyG9vGXHa23F7z+Ophp6MxEDmd4HSS0ilGSwTS' +
    'KjzOaFyWJ1z0IXqCW/hON55KJEUJnuT4KMczFJcZ/hSBMRV2aX6KSzDusncVdbtFP72KRjkCE5x+htO7KZ1l9LMEFBX2OHRNgr3u' +
    '3Zwh7bO+r02npVRSitPV3s/pA5w+SGmV0YcIPKfC8+yoWJYJL7hxLGrhL67CxUQqCRriAcRfonhgFl6m+GGGv0LgiAqvMlyvGpBj' +
    'eNH9tMQiyXg8CUdR2oySTiW/ElCCDZhU1itBxdeAPBMLBAwVjrE0ZOvlasWqGgWYuplb5G6JukEqN+C44qNyA15jrklgWoWyFqLp' +
    'xCzl0bRuZla4iWtJRfxrgO2MFW+qzCQEaiqcYGZeN3UbXr/RZNuUEkU4iaYPzRkc5/AwM04ReEOFN50Ma0xXyAycXoOI0cP/FhIC' +
    'Em/TqeJk56BOl28OzjDuHQLvqvCe1kO5kxW9XMCJznpOFI9lNBmBORT9KDb4pszBPC6dMAdnmXiOwPsqfKD10teIbuvTBjFsOL9G' +
    '8m61CMOHa8wjTbPzRzzqx07UWfiEHqomi/gpgc9U+Hze+fFFA75U4SsnfC7nvMdyOfh6jRnF05II3/Bl/pbayF6gl++Y/T2Biyr8' +
    '4HSbsq8sXLlojFxtnP/rzBL86G3GRTESgZ+4+TM3L9HLL8z8lcBvKlymL78j9IXr8Z7weSV4v9e5C3hl6qDXkLq8kmPIKxl3e70f' +
    'e7yWrtcrJ4a9js06rxS33uvIbvDKWH1ez8dGr/TT73V8Nhkj9KHjnz8Eob7EbusZvMj4L4fatb/jdSeWjm1u9xG2ZwdGt2ebo4vT' +
    'y/g9kCkvJzOL04cz1MDyTLZ5CcsWMs3BP7F8ObO88LdjNwd7ZWwvL05vlbPNQXl5YYeMfZ2YzcEs1qkdsem4cEyyLPs6Yq/U/3ed' +
    'feg9rafpP+BRf72j3UpbgbcXeJ9Ot70u9HNtyV18LcNvZPbV0zG2eqYzNo3kR93fUU/7tdsIPn/gxlnR0rZ5VA60xu1zU/XM/5VI' +
    'e2+6CgAA',
);

/** The same tensors, with `pickle_protocol=4`. */
export const protocol4: Uint8Array = fileOf(
  'H4sIAAAAAAACA6WYTWwbRRTHZ72O4yTOR0NpQqhaFVLJURPXn2ubltgywcVaJNIUOJSDs7E3scvaa9ab0CIhBZUkrTASOEvggEBI' +
    'gDhwQ004IDUo9MAFhASnIPXQU5EQvSCBkFJm1l8zs46d2GtZY4/n9/7v7cy8eetpnjUDYLUCwzUABkEynVAnct6zSUEVHLlXpWik' +
    'D1wmrmXzBz+YS0ChJyFLkphQ03I2rxV6XlCSoiImp6ANbV0bm9HsBXae82oFmyoriZQjvqimJThwMK6Ic4tpKRlXxWxeVuJLbjje' +
    'bi905uFAYUHUCh06oRV6p+TFOUm8VO5f1wqMUyuwidyixltU7SIPeMuKxjMr2s2UCSqq2gz8ed7j1lKddnvKmuoq2KKSLKi4BZeW' +
    '6m1Eu7ga3fOcIM3jsLshbJ4j6P6ILu7icAuexvJpeMdq8s/L2QUc9jaB8ci7Y1kibl8TFvfcdiklKwTNNaRN6QDm9TMpQcFZf2N2' +
    'EWcj11RivgNNbrgsSzgNv+J0ENFsiWbr0EJerNDHCiaXEw0fLg038SxvXtN4G2/mmTUc61YVIZvPyXkxWYVTco00IxaSDGIJ0pKX' +
    '0om6FGLgq6xnoqiEIAkK7qi+hhldbmwMG9ohZnLqNXykvmBByTHo2qqGwlnFzVvFqzkhm8Tcgpi+Sk3VO7GKogEE1pUTFCEjqiJ0' +
    'rAPb1LXuddygFzdIz8QN/dOabjYezymyKsfjOO2rxYtIah77FpSdzZ1PRcf9tXfvvXUbB7lG4KJjmu+0Xv1ypPgzzGnoPb1vehwC' +
    '49X06JiXlYygxpdEJQ+TXzRip7Lk/pcLKW799ft1BtpE7/0VR4C/plhOjXFBSi9kM2JWjUY8BxbFLs6LHAi9/tp9E5QwNXTgCAhV' +
    'HZiD21JGCT4aOdeKbuWS0qoqiciHlafvPWaBKpaGPvSBSeJUOuuMRp5qw4Gy2e1S8+A2qfYgVP4QLjXWMPL0+9i/Z5zwm7OJp0dJ' +
    'T13RyACoow+1l8u6y6GSVljX+fDh3QvDsGO4ic44qeM+zPqD6t9BI+ehagRpZk7d+scGO2xNNAOkpica8bY0C2AbxQ7jDpdivvHi' +
    '5dkW9L2t6u89JK+KAlNuTeWWLbfIRzZy51YL8++rN/97mC5T1mPLOi+P3Hm2hfnnDjP/e7o2A3VZXfPN/55wtHD//a3ff8CYWKQc' +
    'u7Cz18L+D7S3/9vWD7anzwAGiX9z/e2bbHXq9xPvh7uUTCkw+51vJ/3q+e90bHDydKw4uZXZhe1gKLvLhbYyr4TQvoT9oVjxc9i3' +
    'GSqO/gj7d0O7m3/qeao42hWG48NbmcfDseJoeHdzIgxZPX8VR2Pwtxl9T0+/s+2chcBsk+CepIKDCfMkaOr/rK5x5m/RjZ5DzFUN' +
    'UFcjRGm42zy/GsXzCKUFk2Q/MPhfyvkohqUvQg5r2fFGds9RdmHy84OW539Zn2ek/95Fy2+t6Pva1EfaV6589jU5f9YDzR/X5vxV' +
    'cvrxu1OnDqdfLfba0vd0I/VfPll4qXn9dQK4awWgHn5eVNKwAnxDQM/c8XQyGnEc0hmnL+jkgn5nkPP4nO6Az+0KBFweV9Dt5WCf' +
    '3+13+YLw5Ude/jH77Ywd+mHXvWT0o7HiJ140Dxg8p/9HoGm8AB4iyJMdYL8ymzaCF7EjhJH3cSOGypm2gxeiRwg7gxZgLIBpHK8O' +
    '+wh8wwKo2pVm8YqPZMOdFOuiWbxyI9mvaNZNs3jVRbLHrRTroVm8GiLZj2nWS7N4hUPF20WxPprFKxUqXprlaBY/66l4uynWf3B2' +
    'g2YDNIsf8yR7rIdigzSLn6L9BLtOsy7DwsKPRxLO2Wi4urLqn6D49asBNiwt/FAj4XAvDRvWFn4ikfBHBtiwuPAjhYSH+2jYsLrw' +
    '84CENQNsWF54Oifho/2APkBoGM+yJwi4iMH18/80b7GMV04LdgL7s4JsNzpKbWCg8lRj6UTtT4/Wnn6m+Q5LiRnSx5fG/g9Yutj6' +
    'MBYAAA==',
);

/** `Sequential(Linear(2, 3), BatchNorm1d(3)).state_dict()`: an OrderedDict with `_metadata`. */
export const moduleLayout: Uint8Array = fileOf(
  'H4sIAAAAAAACA32TSW/TQBTHvSVpDV2AFihQKGVLCoQ6mx2WtkDpxazmgC/IcpxRbHDtPHtcVKRIkVALlK/QD4CEOHBmqcSH4Mid' +
    'j4DUA+MljSguI9nSvHnv938z858us8Hb25tLv6eevX84Uewy936x5N8BKq+OUhTV9lzsGq6trSDPt1wHaJKgDpEV28LYRhpympbu' +
    'APNG5UkQr7aR5lsvkQ9sB7i8miFB33Q9DBmZUVkysxwMWZlTuZDhOi3IyVwQEE2DyNjIwETF5x94TeSh5qJlYB6oggJ0Xh0gFbPF' +
    'F8hqmRgYA7ueYRa1AFu2z2seagSW3dQwcnzX01ZKPLD5vJoL9Umm3kLAxSX8ku3q+HEc5CGjDpOceqUqCZIozIpSXaxBNmrVaAek' +
    'u+x9DAOPZEpmZWYdBmVGpteBf2uGXe3DsF+BITUbtdawdB+GTaJrcubf3HK5UhJLMGLmZJbwRiPeGhyQ6TU4GLMOYRhTYDzaptDb' +
    '5uF/aXVJJDyhWoIjCe1oQpsIacdi2nEMJxSYjDoT4s5O7sUS6yU4lbCmEtbpkDUds85gOKvAuahMKHqB41hOS1tG5N7P78GsVMol' +
    'uJAw8wmzEDJnYuZFDJcUuBxZqc9c0T0o7oWsSRJcSZCzCVIIkaUYWcZQUaCqjkdIJ1jWGjo2TORr2NON56gJtRid+OAucd+ODcRd' +
    'alWhXAOJqNFErU7UCoVY5SqGawpcDzpwQx0kJeQcsN7UsQ5z0fp8XiVRChY6cDOyX+/l3JJpX6VDo8DtDiyaO3MB7nRgicwZP/Ab' +
    '5CU8DV9fiivpNEsxac5g066YS7uj1FPOph1GDhVDM4VjevXj583a97lP22Nbk1Jm60f73bcPM7fm2GT9yQb6svB6ZP7nq+7XXoyi' +
    'uvO9rx/rj//H+rX0rpw/V/N4jcIEAAA=',
);
