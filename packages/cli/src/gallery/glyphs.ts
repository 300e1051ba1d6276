/**
 * Glyphs of five by eight pixels, the last row for descenders: a row is one base-32 digit, its highest bit the leftmost pixel.
 * Bare machines have no fonts, so the gallery brings its own.
 */
// biome-ignore format: a table
export const glyphs: ReadonlyMap<string, string> = new Map([
  [' ', '00000000'], ['!', '44444040'], ['"', 'aa000000'], ['#', 'aavavaa0'], ['$', '4fke5u40'],
  ['%', 'pp248jj0'], ['&', 'cik8lid0'], ["'", '44000000'], ['(', '24888420'], [')', '84222480'],
  ['*', '04lel400'], ['+', '044v4400'], [',', '00000448'], ['-', '000e0000'], ['.', '00000040'],
  ['/', '11248gg0'], ['0', 'ehjlphe0'], ['1', '4c4444e0'], ['2', 'eh168gv0'], ['3', 'eh161he0'],
  ['4', '26aiv220'], ['5', 'vgu11he0'], ['6', '68guhhe0'], ['7', 'v1248880'], ['8', 'ehhehhe0'],
  ['9', 'ehhf12c0'], [':', '04000400'], [';', '04000448'], ['<', '248g8420'], ['=', '00v0v000'],
  ['>', '84212480'], ['?', 'eh164040'], ['@', 'ehnlnge0'], ['A', 'ehhvhhh0'], ['B', 'uhhuhhu0'],
  ['C', 'ehggghe0'], ['D', 'uhhhhhu0'], ['E', 'vgguggv0'], ['F', 'vgguggg0'], ['G', 'ehgnhhe0'],
  ['H', 'hhhvhhh0'], ['I', 'e44444e0'], ['J', '72222ic0'], ['K', 'hikokih0'], ['L', 'ggggggv0'],
  ['M', 'hrllhhh0'], ['N', 'hppljjh0'], ['O', 'ehhhhhe0'], ['P', 'uhhuggg0'], ['Q', 'ehhhlid0'],
  ['R', 'uhhukih0'], ['S', 'fgge11u0'], ['T', 'v4444440'], ['U', 'hhhhhhe0'], ['V', 'hhhhaa40'],
  ['W', 'hhhllrh0'], ['X', 'hha4ahh0'], ['Y', 'hha44440'], ['Z', 'v1248gv0'], ['[', 'e88888e0'],
  ['\\', 'gg842110'], [']', 'e22222e0'], ['^', '4ah00000'], ['_', '000000v0'], ['`', '84000000'],
  ['a', '00e1fhf0'], ['b', 'gguhhhu0'], ['c', '00egghe0'], ['d', '11fhhhf0'], ['e', '00ehvge0'],
  ['f', '698s8880'], ['g', '00fhhf1e'], ['h', 'gguhhhh0'], ['i', '40c444e0'], ['j', '206222ic'],
  ['k', 'ggikoki0'], ['l', 'c44444e0'], ['m', '00qllll0'], ['n', '00uhhhh0'], ['o', '00ehhhe0'],
  ['p', '00uhhugg'], ['q', '00fhhf11'], ['r', '00mpggg0'], ['s', '00fge1u0'], ['t', '88s88960'],
  ['u', '00hhhjd0'], ['v', '00hhha40'], ['w', '00hllla0'], ['x', '00ha4ah0'], ['y', '00hhhf1e'],
  ['z', '00v248v0'], ['{', '24484420'], ['|', '44444440'], ['}', '84424480'], ['~', '008l2000'],
  ['λ', '844269h0'], ['…', '000000l0'], ['·', '00040000'],
]);

/** Shown for characters without a glyph. */
export const missingGlyph = 'vhhhhhv0';

/** Width and height of a glyph without spacing. */
export const glyphSize = [5, 8] as const;
