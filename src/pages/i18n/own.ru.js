// What the dialogs about one's own account say in Russian.

export default {
  display_name: "Имя, которое видят другие", first_name: "Имя", last_name: "Фамилия",
  email: "Адрес почты", phone: "Телефон", save: "Сохранить", saved: "Сохранено.",
  picture_choose: "Выбрать фотографию", picture_other: "Выбрать другую",
  picture_remove: "Убрать", picture_note: "PNG, JPEG, WebP или GIF, не больше 1 МБ.",
  password_now: "Нынешний пароль",
  password_now_note: "Нужен, чтобы сменить адрес почты или телефон.",
  password_note: "Во всех остальных местах, где вы вошли, сеансы закончатся.",
  password_changed: "Пароль сменён. Во всех остальных местах вы вышли.",
  export_title: "Ваши данные", export: "Сохранить всё, что обо мне хранится",
  export_note: "Один файл: профиль, сеансы, всё, что вы написали и сделали.",
  export_saved: "Файл в ваших загрузках.",
  sessions_note: "Есть незнакомый сеанс? Завершите его и смените пароль.",
  session_current: "этот", session_nowhere: "Адрес неизвестен", session_since: "вход: {when}",
  session_used: "последний раз: {when}", session_end: "Завершить",
  session_end_this: "Завершить сеанс: {name}", session_end_others: "Завершить все остальные",
  session_ended: "Сеанс завершён.", session_others_ended: "Остальные сеансы завершены.",
  session_unnamed: "Программа без названия",
};
