// The catalogs of the chat: what it says at first, and what it says later.

/** What is said from the beginning. */
export const firstTexts = (tag) => import(`../i18n/chat.${tag}.js`);

/** Has this language say the rest, too. */
export const moreTexts = (locale) => locale.more((tag) => import(`../i18n/chat_more.${tag}.js`));
