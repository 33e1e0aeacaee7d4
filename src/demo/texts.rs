//! What people say.

use rand::RngExt;
use rand::rngs::StdRng;

const QUESTIONS: &[(&str, &str)] = &[
    ("Parcel", "My parcel was due yesterday. Where is it?"),
    ("Invoice", "The invoice shows the wrong amount."),
    ("Password", "I cannot sign in any more."),
    ("Return", "How do I send something back?"),
    ("Delivery", "Can I still change the address?"),
    ("Plan", "I would like to change my plan."),
    ("Refund", "When will the refund arrive?"),
    ("Device", "It does not switch on."),
];
const GREETINGS: &[&str] = &[
    "Good day, how can I help?",
    "Hello, thank you for waiting.",
    "Hello, I have read your question.",
];
const ANSWERS: &[&str] = &[
    "It is the order of last week.",
    "Yes, I have tried that.",
    "One moment, I will look.",
    "It says: please try again later.",
    "Yes, that is right.",
    "Thank you, that helps.",
];
const HELP: &[&str] = &[
    "Can you tell me the number?",
    "I see it here now.",
    "Please try it once more.",
    "I have set it right for you.",
    "Is there anything else?",
];
const LAST_WORDS: &[&str] = &[
    "Glad that it works. Goodbye!",
    "Thank you for your patience. Goodbye!",
    "All done. Have a good day!",
];

/// The subject and the first message.
pub fn question(rng: &mut StdRng) -> (&'static str, &'static str) {
    one(QUESTIONS, rng)
}

pub fn greeting(rng: &mut StdRng) -> &'static str {
    one(GREETINGS, rng)
}

pub fn answer(rng: &mut StdRng) -> &'static str {
    one(ANSWERS, rng)
}

pub fn help(rng: &mut StdRng) -> &'static str {
    one(HELP, rng)
}

pub fn last_words(rng: &mut StdRng) -> &'static str {
    one(LAST_WORDS, rng)
}

fn one<T: Copy>(of: &[T], rng: &mut StdRng) -> T {
    of[rng.random_range(0..of.len())]
}
