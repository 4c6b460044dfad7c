"""What every HTTP handler shares: who visits, what they sent, how they are answered."""
