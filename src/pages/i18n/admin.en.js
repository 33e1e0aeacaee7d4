// What the frame of the admin panel says in English.

export default {
  title: "Switchboard", page_title: "{screen} · Switchboard", navigation: "Navigation",
  skip: "Skip to the screen", loading: "Loading…", try_again: "Try again",
  group_now: "Now", group_house: "The house", group_trust: "Trust",
  nav_board: "Live board", nav_conversations: "Conversations", nav_reports: "Reports",
  nav_people: "People and roles", nav_queues: "Queues", nav_hours: "Business hours",
  nav_replies: "Canned replies", nav_widgets: "Widgets", nav_settings: "Settings",
  nav_health: "Health", nav_audit: "Audit log", nav_keys: "API keys",
  no_screen: "No such page",
  no_screen_text: "The address may be mistyped. Choose a page on the side.",
  screen_failed: "This page could not be loaded. Check your connection and try again.",
  link_connecting: "Connecting…", link_live: "Live",
  link_lost: "Connection lost. What you see may be old; it comes back by itself.",
  link_stopped: "Not connected here any more.", use_here: "Connect here",
};
