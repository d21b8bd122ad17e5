main "$@"
