// What the dialogs about one's own account say in English.

export default {
  display_name: "Name that others see", first_name: "First name", last_name: "Last name",
  email: "E-mail address", phone: "Phone number", save: "Save", saved: "Saved.",
  picture_choose: "Choose a picture", picture_other: "Choose another picture",
  picture_remove: "Remove it", picture_note: "PNG, JPEG, WebP or GIF, at most 1 MB.",
  password_now: "Your password as it is now",
  password_now_note: "Needed for another e-mail address or phone number.",
  password_note: "Wherever else you are signed in, you will be signed out.",
  password_changed: "Your password is changed. Everywhere else you are signed out.",
  export_title: "Your data", export: "Save all that is kept of me",
  export_note: "One file with your profile, your logins, and what you have written and done.",
  export_saved: "The file is in your downloads.",
  sessions_note: "Do you not know one of these? End it, and change your password.",
  session_current: "this one", session_nowhere: "Address not known", session_since: "since {when}",
  session_used: "last used {when}", session_end: "End",
  session_end_this: "End the login by {name}", session_end_others: "End all others",
  session_ended: "It has ended.", session_others_ended: "All others have ended.",
  session_unnamed: "A program without a name",
};
