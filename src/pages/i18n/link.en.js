// What the page behind one-use links says in English.

export default {
  title: "Your account · Switchboard",
  ask_title: "Forgotten password", ask_do: "Ask for a link", ask_again: "Ask for a new link",
  ask_text: "If there is such an account, a link for a new password is made. Whoever runs this "
    + "server finds it in the log and passes it on to you.",
  ask_done: "That is on its way",
  ask_done_text: "If there is an account of that name, there is a link for it now. Ask whoever "
    + "runs this server for it; it is good for an hour.",
  password_title: "Set a new password", password_do: "Set the password",
  password_text: "Wherever you are signed in, you will be signed out.",
  password_useless: "This link is no good any more: it was used, or its hour is over.",
  password_done: "Your password is set", password_done_text: "You can sign in with it now.",
  email_title: "Confirm your e-mail address", email_do: "Confirm it",
  email_text: "By this the server knows that you read what is sent there.",
  email_useless: "This link is no good any more: it was used, or its hour is over.",
  email_done: "Your e-mail address is confirmed", email_done_text: "You can close this page.",
  invitation_title: "You are invited", invitation_do: "Make the account",
  email: "E-mail address",
  invited_rep: "You are to answer customers here, as a rep.",
  invited_rep_by: "{name} invites you to answer customers here, as a rep.",
  invited_admin: "You are to run this desk, as an admin.",
  invited_admin_by: "{name} invites you to run this desk, as an admin.",
  invitation_text: "Choose how you sign in. Nobody else sees your password.",
  invitation_useless: "This invitation is no good any more. Ask whoever invited you for a new one.",
  invitation_done: "Welcome", invitation_done_text: "{name}, your account is there and you are in.",
};
