// What the start page says in English.

export default {
  made_elsewhere: "An admin was made in another tab meanwhile, and you are signed in. The name "
    + "{name} that you typed here was not used.",
  made_before: "There is an admin already, so your link is of no use any more. You are signed in.",
  typed_goes_along: "The name that you typed, {name}, is filled in there. Your password is the one "
    + "that was set when the admin was made.",
  title: "Switchboard",
  nowhere: "There is nothing at {address}. Start here:",
  claim: "Live chat in which everybody’s turn comes",
  what: "Customers wait in one fair line. Each rep gets as many of them as he can serve, and the "
    + "moment one is done the next in line is his. See it from all three sides in a minute.",
  first_admin: "Make the first admin",
  first_admin_text: "You have the one-time link, so this server is yours. Choose how you sign in.",
  make_admin: "Make the admin", no_admin_title: "First, an admin",
  no_admin_where: "It is printed when the server starts, and looks like this. Open it here.",
  no_answer: "The server does not answer", look_again: "Look again",
  link_used: "This link was used already",
  link_old: "The link you came by is wrong or too old. Each start of the server prints a new one, "
    + "and only the newest is good.",
  first_rep: "Now somebody who answers",
  first_rep_text: "Make a rep, for yourself if you like, and sign in as him in the console.",
  capacity: "Capacity: how many chats at a time", capacity_note: "Can be changed at any moment.",
  make_rep: "Make the rep", rep_made: "Now open two more tabs",
  rep_made_text: "{name} can sign in to the console as {login}. Then write in the chat, and it "
    + "comes up there.",
  signed_in: "You are signed in there as {name}.",
  admin_title: "Admin panel", admin_who: "For whoever runs the desk",
  admin_a: "Make reps, and say how many chats each may hold.",
  admin_b: "Watch the board: who waits, who serves, how long it takes.",
  admin_c: "Change a capacity, and see the line move at once.",
  console_title: "Rep console", console_who: "For whoever answers",
  console_a: "Sign in as a rep and be available.",
  console_b: "Chats come by themselves while there is room.",
  console_c: "Answer, pass on, close. Press ? for the keys.",
  chat_title: "Chat", chat_who: "For customers",
  chat_a: "Write something, no account needed.",
  chat_b: "See your place in line, and when you are served.",
  chat_c: "Put it into your own site by a widget of the admin panel.",
  api: "The API, to read and to try", api_note: "All that the pages do, programs can do, too.",
};
