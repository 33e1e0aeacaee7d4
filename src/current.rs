//! A value that is exchanged for another while others read it.

use std::sync::{Arc, RwLock};

/// What is so now. Clones see the same. Whoever has read one keeps it, whatever comes after.
#[derive(Debug)]
pub struct Current<T>(Arc<RwLock<Arc<T>>>);

impl<T> Clone for Current<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Current<T> {
    pub fn new(value: T) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(value))))
    }

    pub fn get(&self) -> Arc<T> {
        self.0
            .read()
            .expect("nothing panics under this lock")
            .clone()
    }

    pub fn set(&self, value: T) {
        *self.0.write().expect("nothing panics under this lock") = Arc::new(value);
    }
}
