/** ISO 3166-1 alpha-2 and alpha-3. */
const ALPHA_3 = `
AD=AND AE=ARE AF=AFG AG=ATG AI=AIA AL=ALB AM=ARM AO=AGO AQ=ATA AR=ARG AS=ASM AT=AUT AU=AUS AW=ABW
AX=ALA AZ=AZE BA=BIH BB=BRB BD=BGD BE=BEL BF=BFA BG=BGR BH=BHR BI=BDI BJ=BEN BL=BLM BM=BMU BN=BRN
BO=BOL BQ=BES BR=BRA BS=BHS BT=BTN BV=BVT BW=BWA BY=BLR BZ=BLZ CA=CAN CC=CCK CD=COD CF=CAF CG=COG
CH=CHE CI=CIV CK=COK CL=CHL CM=CMR CN=CHN CO=COL CR=CRI CU=CUB CV=CPV CW=CUW CX=CXR CY=CYP CZ=CZE
DE=DEU DJ=DJI DK=DNK DM=DMA DO=DOM DZ=DZA EC=ECU EE=EST EG=EGY EH=ESH ER=ERI ES=ESP ET=ETH FI=FIN
FJ=FJI FK=FLK FM=FSM FO=FRO FR=FRA GA=GAB GB=GBR GD=GRD GE=GEO GF=GUF GG=GGY GH=GHA GI=GIB GL=GRL
GM=GMB GN=GIN GP=GLP GQ=GNQ GR=GRC GS=SGS GT=GTM GU=GUM GW=GNB GY=GUY HK=HKG HM=HMD HN=HND HR=HRV
HT=HTI HU=HUN ID=IDN IE=IRL IL=ISR IM=IMN IN=IND IO=IOT IQ=IRQ IR=IRN IS=ISL IT=ITA JE=JEY JM=JAM
JO=JOR JP=JPN KE=KEN KG=KGZ KH=KHM KI=KIR KM=COM KN=KNA KP=PRK KR=KOR KW=KWT KY=CYM KZ=KAZ LA=LAO
LB=LBN LC=LCA LI=LIE LK=LKA LR=LBR LS=LSO LT=LTU LU=LUX LV=LVA LY=LBY MA=MAR MC=MCO MD=MDA ME=MNE
MF=MAF MG=MDG MH=MHL MK=MKD ML=MLI MM=MMR MN=MNG MO=MAC MP=MNP MQ=MTQ MR=MRT MS=MSR MT=MLT MU=MUS
MV=MDV MW=MWI MX=MEX MY=MYS MZ=MOZ NA=NAM NC=NCL NE=NER NF=NFK NG=NGA NI=NIC NL=NLD NO=NOR NP=NPL
NR=NRU NU=NIU NZ=NZL OM=OMN PA=PAN PE=PER PF=PYF PG=PNG PH=PHL PK=PAK PL=POL PM=SPM PN=PCN PR=PRI
PS=PSE PT=PRT PW=PLW PY=PRY QA=QAT RE=REU RO=ROU RS=SRB RU=RUS RW=RWA SA=SAU SB=SLB SC=SYC SD=SDN
SE=SWE SG=SGP SH=SHN SI=SVN SJ=SJM SK=SVK SL=SLE SM=SMR SN=SEN SO=SOM SR=SUR SS=SSD ST=STP SV=SLV
SX=SXM SY=SYR SZ=SWZ TC=TCA TD=TCD TF=ATF TG=TGO TH=THA TJ=TJK TK=TKL TL=TLS TM=TKM TN=TUN TO=TON
TR=TUR TT=TTO TV=TUV TW=TWN TZ=TZA UA=UKR UG=UGA UM=UMI US=USA UY=URY UZ=UZB VA=VAT VC=VCT VE=VEN
VG=VGB VI=VIR VN=VNM VU=VUT WF=WLF WS=WSM YE=YEM YT=MYT ZA=ZAF ZM=ZMB ZW=ZWE`;

/**
 * English names in use that `Intl.DisplayNames` does not have: those of ISO 3166-1, of the United
 * Nations and the PlanContext Bank, older ones, and short forms. As `CODE=name`; order of words,
 * accents and punctuation do not matter.
 */
const VARIANTS = `
AE=UAE,Emirates AX=Aland BA=Bosnia,Bosnia-Hercegovina BN=Brunei Darussalam BO=Plurinational State Bolivia
BQ=Bonaire Sint Eustatius Saba,Bonaire,Caribbean Netherlands BS=Bahamas BY=Byelorussia CC=Keeling Islands,Cocos Islands
CD=Democratic Republic Congo,Congo Democratic Republic,DR Congo,DRC,Congo Kinshasa,Zaire,Congo Dem Rep
CF=CAR CG=Republic Congo,Congo,Congo Brazzaville,Congo Rep CI=Ivory Coast,Cote Ivoire
CN=Peoples Republic China,PRC,China Mainland,Mainland China CV=Cape Verde,Cabo Verde CW=Curacao
CZ=Czech Republic,Czechia DE=Federal Republic Germany EG=Egypt Arab Rep,Arab Republic Egypt EH=Western Sahara
FK=Falkland Islands Malvinas,Malvinas,Falklands FM=Federated States Micronesia,Micronesia Fed Sts
GB=Great Britain,Britain,UK,England,Scotland,Wales,Northern Ireland,United Kingdom Great Britain Northern Ireland
GM=Republic Gambia,Gambia GS=South Georgia South Sandwich Islands,South Georgia HK=Hong Kong,Hongkong,Hong Kong SAR
HM=Heard Island McDonald Islands IE=Republic Ireland,Eire IR=Islamic Republic Iran,Iran Islamic Rep
KG=Kyrgyz Republic,Kirghizia KN=Saint Kitts Nevis,St Kitts,Saint Christopher Nevis
KP=Democratic Peoples Republic Korea,DPRK,Korea Dem Peoples Rep,Korea North
KR=Republic Korea,Korea,Korea South,Korea Rep LA=Lao Peoples Democratic Republic,Lao PDR,Lao LY=Libyan Arab Jamahiriya
MD=Republic Moldova MF=Saint Martin French part,Saint Martin MK=Republic North Macedonia,Macedonia,
MK=Former Yugoslav Republic Macedonia,FYROM,Macedonia FYROM,FYR Macedonia MM=Burma,Myanmar MO=Macau,Macao,Macau SAR,Macao SAR
NL=Kingdom Netherlands,Holland,The Netherlands PN=Pitcairn
PS=Palestine,State Palestine,Palestinian Territory,Palestinian Territory Occupied,Occupied Palestinian Territory
PS=Palestinian Territories,West Bank Gaza RE=Reunion Island RU=Russian Federation,Russia
SH=Saint Helena Ascension Tristan da Cunha,Saint Helena SJ=Svalbard Jan Mayen Islands SK=Slovak Republic
ST=Sao Tome SX=Sint Maarten Dutch part,Saint Maarten SY=Syrian Arab Republic SZ=Swaziland,Eswatini
TC=Turks Caicos TL=East Timor,Timor-Leste TR=Turkey,Turkiye,Republic Turkiye
TW=Taiwan Province China,Republic China,Chinese Taipei,Taiwan ROC TZ=United Republic Tanzania
UM=United States Minor Outlying Islands
US=United States America,USA,US,America,Estados Unidos VA=Holy See,Holy See Vatican City State,Vatican,
VA=Vatican City State VC=Saint Vincent Grenadines,Saint Vincent VE=Bolivarian Republic Venezuela,Venezuela RB
VG=British Virgin Islands,BVI VI=US Virgin Islands,United States Virgin Islands,Virgin Islands VN=Viet Nam
WF=Wallis Futuna Islands YE=Yemen Rep`;

/**
 * What a form of state adds to a name: `Republic of Poland`. Tried without it where the whole name
 * is not known.
 */
const FORMS: ReadonlySet<string> = new Set(
  'republic kingdom state federal federative sultanate principality'.split(' '),
);
/** Words that names have or lack: `The Gambia`, `Bosnia & Herzegovina`. */
const SMALL_WORDS: ReadonlySet<string> = new Set(['the', 'of', 'and']);
const MARKS = /\p{M}+/gu;
/** Apostrophes of every kind and the dots of `U.S.`: they stand inside a word. */
const INSIDE_WORDS = /['’‘ʼ`.]+/g;
const NOT_LETTERS = /[^a-z]+/;
const THREE_LETTERS = /^[a-z]{3}$/i;
const LONGEST_NAME = 100;

let codes: ReadonlyMap<string, string> | undefined;

/**
 * Returns the alpha-2 code, one of `known`, of an English country name or an alpha-3 code: the
 * names of CLDR, which Google writes, of ISO 3166-1, and the usual variants. Case, accents,
 * punctuation and the order of words do not matter.
 * @see https://cldr.unicode.org (through `Intl.DisplayNames`)
 */
export function codeOfCountryName(name: string, known: ReadonlySet<string>): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  // Made at the first country that is not a code: most runs have none.
  codes ??= collectCodes(known);
  if (THREE_LETTERS.test(name))
    return codes.get(`=${name.toUpperCase()}`) ?? codes.get(name.toLowerCase());
  const words = wordsOf(name);
  return (
    codes.get(words.join(' ')) ?? codes.get(words.filter((word) => !FORMS.has(word)).join(' '))
  );
}

function collectCodes(known: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const style of ['long', 'short', 'narrow'] as const) {
    const names = new Intl.DisplayNames(['en'], { type: 'region', style, fallback: 'none' });
    for (const code of known) add(found, names.of(code), code);
  }
  for (const pair of ALPHA_3.trim().split(/\s+/)) {
    const [code, alpha3] = pair.split('=') as [string, string];
    found.set(`=${alpha3}`, code);
  }
  for (const variant of VARIANTS.trim().split(/\s(?=[A-Z]{2}=)/)) {
    const [code, names] = variant.split('=') as [string, string];
    for (const name of names.split(',')) add(found, name, code);
  }
  return found;
}

/** The first to come has a name: those of CLDR go before our variants. */
function add(found: Map<string, string>, name: string | undefined, code: string): void {
  const key = name === undefined ? '' : wordsOf(name).join(' ');
  if (key !== '' && !found.has(key)) found.set(key, code);
}

/** The words of a name in order of the alphabet: `Korea, Republic of` is `Republic of Korea`. */
function wordsOf(name: string): string[] {
  const plain = name.normalize('NFD').replace(MARKS, '').toLowerCase().replace(INSIDE_WORDS, '');
  const words = plain.split(NOT_LETTERS).filter((word) => word !== '' && !SMALL_WORDS.has(word));
  return words.map((word) => (word === 'st' ? 'saint' : word)).sort();
}
