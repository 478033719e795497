"""One file a platform; whatever else it needs lies in a small package beside it. No other code knows its SDK."""
