/**
 * The language of a page: Chinese, unless the browser prefers English.
 * @param {string | undefined} header Accept-Language
 * @returns {'zh-CN' | 'en'}
 */
export function languageOf(header = '') {
  const preferred = header.split(',')
    .map((part) => {
      const [tag, ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.map((each) => /^\s*q=([0-9.]+)\s*$/.exec(each)?.[1]).find(Boolean);
      return { language: tag.split('-')[0], quality: Number(quality ?? 1) };
    })
    .filter(({ language, quality }) => quality > 0 && (language === 'zh' || language === 'en'))
    .sort((one, other) => other.quality - one.quality)[0];
  return preferred?.language === 'en' ? 'en' : 'zh-CN';
}
