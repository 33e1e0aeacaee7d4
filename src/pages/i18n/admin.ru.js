// Что рамка панели администратора говорит по-русски.

export default {
  title: "Switchboard", page_title: "{screen} · Switchboard", navigation: "Разделы",
  skip: "Перейти к содержанию", loading: "Загружаем…", try_again: "Попробовать ещё раз",
  group_now: "Сейчас", group_house: "Устройство", group_trust: "Контроль",
  nav_board: "Живая доска", nav_conversations: "Обращения", nav_reports: "Отчёты",
  nav_people: "Люди и роли", nav_queues: "Очереди", nav_hours: "Часы работы",
  nav_replies: "Готовые ответы", nav_widgets: "Виджеты", nav_settings: "Настройки",
  nav_health: "Состояние", nav_audit: "Журнал действий", nav_keys: "Ключи API",
  no_screen: "Такой страницы нет",
  no_screen_text: "Возможно, в адресе опечатка. Выберите страницу в списке разделов.",
  screen_failed: "Страница не загрузилась. Проверьте связь и попробуйте ещё раз.",
  link_connecting: "Подключаемся…", link_live: "На связи",
  link_lost: "Связь потеряна. Данные могли устареть; всё восстановится само.",
  link_stopped: "Здесь связь отключена.", use_here: "Подключить здесь",
};
