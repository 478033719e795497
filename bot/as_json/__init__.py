"""What a page shows of jobs, takes, genres and melodies: plain JSON data, as the studio's description states it."""
