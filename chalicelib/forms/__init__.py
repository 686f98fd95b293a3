"""Fields and questions of forms as data: questionnaire, pulse and impact survey."""
