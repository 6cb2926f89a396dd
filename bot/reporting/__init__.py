"""What the question log shows officials and content teams."""
