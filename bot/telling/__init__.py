"""The way back: telling who asked, correcting old replies, and showing staff what is new."""
