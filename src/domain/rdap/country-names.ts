/**
 * ISO 3166-1: codes with the English names that registries write, lower case. ARIN gives no code, only a name in a postal
 * address. Names that mean something else as well are left out of labels (see `countryOfName`).
 */
const NAMES = `
ad andorra;ae united arab emirates;af afghanistan;ag antigua and barbuda;ai anguilla;al albania;am armenia;ao angola;
aq antarctica;ar argentina;as american samoa;at austria;au australia;aw aruba;ax aland islands|åland islands;az azerbaijan;
ba bosnia and herzegovina;bb barbados;bd bangladesh;be belgium;bf burkina faso;bg bulgaria;bh bahrain;bi burundi;bj benin;
bl saint barthélemy|saint barthelemy;bm bermuda;bn brunei darussalam|brunei;bo bolivia|bolivia, plurinational state of|bolivia (plurinational state of);
bq bonaire, sint eustatius and saba|bonaire, saint eustatius and saba;br brazil|brasil;bs bahamas|the bahamas;bt bhutan;
bv bouvet island;bw botswana;by belarus;bz belize;ca canada;cc cocos (keeling) islands;
cd congo, the democratic republic of the|congo, democratic republic of the|democratic republic of the congo;
cf central african republic;cg congo|republic of the congo;ch switzerland;ci côte d'ivoire|cote d'ivoire|ivory coast;
ck cook islands;cl chile;cm cameroon;cn china|people's republic of china|p.r. china|pr china;co colombia;cr costa rica;
cu cuba;cv cape verde|cabo verde;cw curaçao|curacao;cx christmas island;cy cyprus;cz czech republic|czechia;
de germany|deutschland;dj djibouti;dk denmark;dm dominica;do dominican republic;dz algeria;ec ecuador;ee estonia;eg egypt;
eh western sahara;er eritrea;es spain|españa;et ethiopia;fi finland;fj fiji;fk falkland islands (malvinas)|falkland islands;
fm micronesia, federated states of|micronesia (federated states of)|micronesia;fo faroe islands;fr france;ga gabon;
gb united kingdom|united kingdom of great britain and northern ireland|great britain|england|scotland|wales|northern ireland;
gd grenada;ge georgia;gf french guiana;gg guernsey;gh ghana;gi gibraltar;gl greenland;gm gambia|the gambia;gn guinea;
gp guadeloupe;gq equatorial guinea;gr greece;gs south georgia and the south sandwich islands;gt guatemala;gu guam;
gw guinea-bissau;gy guyana;hk hong kong|hong kong sar;hm heard island and mcdonald islands;hn honduras;hr croatia;ht haiti;
hu hungary;id indonesia;ie ireland;il israel;im isle of man;in india;io british indian ocean territory;iq iraq;
ir iran, islamic republic of|iran (islamic republic of)|iran|islamic republic of iran;is iceland;it italy|italia;je jersey;
jm jamaica;jo jordan;jp japan;ke kenya;kg kyrgyzstan;kh cambodia;ki kiribati;km comoros;kn saint kitts and nevis;
kp korea, democratic people's republic of|democratic people's republic of korea|north korea;
kr korea, republic of|republic of korea|south korea|korea;kw kuwait;ky cayman islands;kz kazakhstan;
la lao people's democratic republic|laos;lb lebanon;lc saint lucia;li liechtenstein;lk sri lanka;lr liberia;ls lesotho;
lt lithuania;lu luxembourg;lv latvia;ly libya|libyan arab jamahiriya;ma morocco;mc monaco;
md moldova, republic of|republic of moldova|moldova;me montenegro;mf saint martin (french part)|saint martin;mg madagascar;
mh marshall islands;mk macedonia, the former yugoslav republic of|north macedonia|macedonia;ml mali;mm myanmar;mn mongolia;
mo macao|macau;mp northern mariana islands;mq martinique;mr mauritania;ms montserrat;mt malta;mu mauritius;mv maldives;
mw malawi;mx mexico|méxico;my malaysia;mz mozambique;na namibia;nc new caledonia;ne niger;nf norfolk island;ng nigeria;
ni nicaragua;nl netherlands|the netherlands;no norway;np nepal;nr nauru;nu niue;nz new zealand;om oman;pa panama|panamá;
pe peru|perú;pf french polynesia;pg papua new guinea;ph philippines;pk pakistan;pl poland;pm saint pierre and miquelon;
pn pitcairn;pr puerto rico;ps palestine, state of|palestinian territory, occupied|palestine;pt portugal;pw palau;py paraguay;
qa qatar;re réunion|reunion;ro romania;rs serbia;ru russian federation|russia;rw rwanda;sa saudi arabia;sb solomon islands;
sc seychelles;sd sudan;se sweden;sg singapore;sh saint helena, ascension and tristan da cunha|saint helena;si slovenia;
sj svalbard and jan mayen;sk slovakia;sl sierra leone;sm san marino;sn senegal;so somalia;sr suriname;ss south sudan;
st sao tome and principe;sv el salvador;sx sint maarten (dutch part)|sint maarten;sy syrian arab republic|syria;
sz swaziland|eswatini;tc turks and caicos islands;td chad;tf french southern territories;tg togo;th thailand;tj tajikistan;
tk tokelau;tl timor-leste;tm turkmenistan;tn tunisia;to tonga;tr turkey|türkiye|turkiye;tt trinidad and tobago;tv tuvalu;
tw taiwan|taiwan, province of china|taiwan (province of china)|taiwan, r.o.c.;
tz tanzania, united republic of|united republic of tanzania|tanzania;ua ukraine;ug uganda;
um united states minor outlying islands;us united states|united states of america|usa|u.s.a.;uy uruguay;uz uzbekistan;
va holy see (vatican city state)|holy see;vc saint vincent and the grenadines;
ve venezuela, bolivarian republic of|venezuela (bolivarian republic of)|venezuela;vg virgin islands, british|british virgin islands;
vi virgin islands, u.s.|u.s. virgin islands;vn viet nam|vietnam;vu vanuatu;wf wallis and futuna;ws samoa;ye yemen;yt mayotte;
za south africa;zm zambia;zw zimbabwe
`;

const CODES = new Set<string>();
const CODE_OF_NAME = new Map<string, string>();
for (const entry of NAMES.split(';')) {
  const [, code = '', names = ''] = /^([a-z]{2}) (.+)$/.exec(entry.trim()) ?? [];
  CODES.add(code.toUpperCase());
  for (const name of names.split('|')) CODE_OF_NAME.set(name, code.toUpperCase());
}

/** An assigned code in upper case. "EU", "AP" and "ZZ", which registries write for no one country, are none. */
export function countryOfCode(text: string): string | null {
  const code = text.trim().toUpperCase();
  return CODES.has(code) ? code : null;
}

/** The code of a country's English name. */
export function countryOfName(text: string): string | null {
  return CODE_OF_NAME.get(text.trim().toLowerCase().replaceAll('’', "'")) ?? null;
}

/**
 * The country in the last line of a postal label, or after that line's last comma. A code of two letters is none there: it
 * may be a state ("CA"), and so may "Georgia".
 */
export function countryOfLabel(label: string): string | null {
  // ARIN and APNIC escape the line ends twice.
  const last =
    label
      .slice(-500)
      .split(/\\n|[\r\n]+/)
      .map((text) => text.trim())
      .findLast((text) => text !== '') ?? '';
  const found = countryOfName(last) ?? countryOfName(last.slice(last.lastIndexOf(',') + 1));
  return found === 'GE' ? null : found;
}
