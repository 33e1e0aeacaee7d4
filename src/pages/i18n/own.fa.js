// What the dialogs about one's own account say in Persian.

export default {
  display_name: "نامی که دیگران می‌بینند", first_name: "نام", last_name: "نام خانوادگی",
  email: "نشانی ایمیل", phone: "شمارهٔ تلفن", save: "ذخیره", saved: "ذخیره شد.",
  picture_choose: "گزینش تصویر", picture_other: "گزینش تصویری دیگر",
  picture_remove: "برداشتن آن", picture_note: "PNG، JPEG، WebP یا GIF، حداکثر ۱ مگابایت.",
  password_now: "گذرواژهٔ کنونی",
  password_now_note: "برای تغییر نشانی ایمیل یا شمارهٔ تلفن لازم است.",
  password_note: "هر جای دیگری که وارد شده باشید، خارج می‌شوید.",
  password_changed: "گذرواژه تغییر کرد. در همهٔ جاهای دیگر خارج شدید.",
  export_title: "داده‌های شما", export: "ذخیرهٔ همهٔ آنچه از من نگه داشته می‌شود",
  export_note: "یک پرونده: نمایه، نشست‌ها و آنچه نوشته‌اید و کرده‌اید.",
  export_saved: "پرونده در بارگیری‌های شماست.",
  sessions_note: "یکی از این‌ها را نمی‌شناسید؟ پایانش دهید و گذرواژه را عوض کنید.",
  session_current: "همین", session_nowhere: "نشانی نامعلوم", session_since: "از {when}",
  session_used: "آخرین بار {when}", session_end: "پایان",
  session_end_this: "پایان نشست {name}", session_end_others: "پایان همهٔ بقیه",
  session_ended: "پایان یافت.", session_others_ended: "همهٔ بقیه پایان یافتند.",
  session_unnamed: "برنامه‌ای بی‌نام",
};
