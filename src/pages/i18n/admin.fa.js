// آنچه قاب پنل مدیریت به فارسی می‌گوید.

export default {
  title: "Switchboard", page_title: "{screen} · Switchboard", navigation: "بخش‌ها",
  skip: "رفتن به محتوای صفحه", loading: "در حال بارگذاری…", try_again: "دوباره امتحان کنید",
  group_now: "همین حالا", group_house: "تنظیم کار", group_trust: "نظارت",
  nav_board: "تابلوی زنده", nav_conversations: "گفتگوها", nav_reports: "گزارش‌ها",
  nav_people: "افراد و نقش‌ها", nav_queues: "صف‌ها", nav_hours: "ساعت‌های کاری",
  nav_replies: "پاسخ‌های آماده", nav_widgets: "ابزارک‌ها", nav_settings: "تنظیمات",
  nav_health: "سلامت سامانه", nav_audit: "گزارش رویدادها", nav_keys: "کلیدهای API",
  no_screen: "چنین صفحه‌ای نیست",
  no_screen_text: "شاید نشانی اشتباه نوشته شده است. صفحه‌ای را از فهرست بخش‌ها برگزینید.",
  screen_failed: "صفحه بارگذاری نشد. اتصال خود را بررسی کنید و دوباره امتحان کنید.",
  link_connecting: "در حال اتصال…", link_live: "زنده",
  link_lost: "اتصال قطع شد. شاید آنچه می‌بینید قدیمی باشد؛ خودش وصل می‌شود.",
  link_stopped: "این‌جا دیگر متصل نیست.", use_here: "اتصال در این‌جا",
};
