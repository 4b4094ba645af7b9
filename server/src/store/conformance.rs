//! Both engines, one suite.
